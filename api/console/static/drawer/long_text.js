// @ts-check
/** A text of any length: its beginning at once, more when it is asked for, found words marked. */

import { segments } from "../query/marks.js";
import { t } from "../text/text.js";
import { size } from "../time/format.js";
import { html, useEffect, useMemo, useState } from "../ui.js";

const FIRST = 6_000; // characters
const STEP = 60_000;

/** @param {{text: string, found: RegExp | null, first?: number}} props */
export function LongText({ text, found, first = FIRST }) {
  const [shown, setShown] = useState(first);
  useEffect(() => setShown(first), [text]);
  const part = useMemo(() => segments(text.slice(0, shown), found), [text, shown, found]);
  const rest = text.length - shown;
  return html`${part.map((one) => (one.isFound ? html`<mark>${one.text}</mark>` : one.text))}${rest > 0 && html`<button class="plain rest"
    onClick=${() => setShown(shown + STEP)}>${t("text.more", { size: size(Math.min(rest, STEP)), rest: size(rest) })}</button>`}`;
}
