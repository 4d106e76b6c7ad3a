// @ts-check
/** The live tail: new logs of the same search above the page that is shown, without gaps and without repeats. */

import { keyChanges, pathOf } from "../api/request.js";
import { follow } from "../api/tail.js";
import { computed, effect, signal, untracked } from "../ui.js";
import { page, problem } from "./load.js";
import { filters, nameOf, searchKey } from "./params.js";
import { view } from "./view.js";

/** @typedef {import("../types.d.ts").Log} Log */

export const MAX_ROWS = 500;
/** New logs that are shown, the newest first. @type {import("../vendor/signals.d.ts").Signal<Log[]>} */
export const arrived = signal(/** @type {Log[]} */ ([]));
/** New logs that wait while the reader looks at others. @type {import("../vendor/signals.d.ts").Signal<Log[]>} */
export const waiting = signal(/** @type {Log[]} */ ([]));
export const isPaused = signal(false);
/** @type {import("../vendor/signals.d.ts").Signal<"off" | "open" | "waiting" | "ended">} */
export const tailState = signal(/** @type {"off" | "open" | "waiting" | "ended"} */ ("off"));
/** Everything in the list, in its order. */
export const rows = computed(() => joined(arrived.value, page.value?.logs ?? []));

/** Start to follow the search while the view is live. */
export function startLive() {
  let abort = new AbortController();
  let running = "";
  effect(() => {
    const shown = view.value;
    const position = page.value?.as_of ?? "";
    const wanted = shown.live && shown.tab === "logs" && position ? `${searchKey(shown)} ${position} ${keyChanges.value}` : "";
    if (wanted === running) return;
    running = wanted;
    abort.abort();
    abort = new AbortController();
    untracked(() => restart(wanted !== "", position, abort.signal));
  });
}

/** @param {boolean} isLive @param {string} position @param {AbortSignal} abort */
function restart(isLive, position, abort) {
  arrived.value = [];
  waiting.value = [];
  isPaused.value = false;
  tailState.value = isLive ? "waiting" : "off";
  if (!isLive) return;
  // The tail has no end of the window: what is new is newer than any.
  const shown = view.value;
  const params = filters(shown, { start: null, end: null });
  const path = pathOf(shown.group, "tail", [...params, ["include_detail", "false"]]);
  const take = gathered(abort);
  follow(path, position, { onLog: take, onState: changed }, abort);
}

/** A key that has ended is asked for again, as for a search. @param {"open" | "waiting" | "ended"} state @param {import("../api/request.js").Problem} [why] */
function changed(state, why) {
  tailState.value = state;
  if (why?.status === 401) problem.value = why;
}

/** Logs come in bursts: they are shown once for each frame. @param {AbortSignal} abort @returns {(log: Log) => void} */
function gathered(abort) {
  /** @type {Log[]} */
  let burst = [];
  return (log) => {
    burst.push(log);
    if (burst.length > 1) return;
    setTimeout(() => {
      const target = isPaused.peek() ? waiting : arrived;
      if (!abort.aborted) target.value = joined(burst.reverse(), target.peek()).slice(0, MAX_ROWS);
      burst = [];
    }, 50);
  };
}

export function pause() {
  isPaused.value = true;
}

export function resume() {
  arrived.value = joined(waiting.peek(), arrived.peek()).slice(0, MAX_ROWS);
  waiting.value = [];
  isPaused.value = false;
}

/** Both lists; a log that was completed later replaces the earlier one. @param {Log[]} newer @param {Log[]} older */
function joined(newer, older) {
  const seen = new Set();
  return [...newer, ...older].filter((log) => !seen.has(identity(log)) && seen.add(identity(log)));
}

/** @param {Log} log */
function identity(log) {
  return log.id || log.request_id ? `${log.group} ${nameOf(log)} ${log.created_at}` : log;
}
