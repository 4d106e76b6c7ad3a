// @ts-check
/** The parts of Preact, htm and signals that the console uses. */

import htm from "./vendor/htm.js";
import { h } from "./vendor/preact.js";

/** Builds elements from a template. Every value in it becomes a text node or a property, never HTML. */
export const html = htm.bind(h);
export { Fragment, render } from "./vendor/preact.js";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/preact-hooks.js";
export { batch, computed, effect, signal, untracked, useComputed, useSignal } from "./vendor/signals.js";
