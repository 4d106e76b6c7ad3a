// @ts-check
/** Bars over time, whatever they show. Drag to zoom in; a click zooms into one bar; arrow keys go through them, Enter zooms. */

import { preferences } from "../state/preferences.js";
import { search } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, axisTime, count, fullTime } from "../time/format.js";
import { html, useRef, useState } from "../ui.js";

const LABELS = 6;
/** @typedef {import("../types.d.ts").Bar} Bar */

/**
 * @param {{bars: Bar[], label: string, spoken: (index: number) => string, highest: string, hovered: number,
 *   onHover: (index: number) => void, children: (bar: Bar, index: number) => any}} props
 *   `spoken`: a bar in words; `hovered`: the bar under the mouse or chosen by keyboard, -1 for none; `children`: what a bar consists of
 */
export function Bars({ bars, label, spoken, highest, hovered, onHover, children }) {
  const [dragged, setDragged] = useState(/** @type {[number, number] | null} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const at = (/** @type {PointerEvent} */ event) => {
    const { left, width } = /** @type {HTMLElement} */ (box.current).getBoundingClientRect();
    return within(Math.floor(((event.clientX - left) / width) * bars.length), bars);
  };
  const begin = (/** @type {PointerEvent} */ event) => {
    if (!bars.length || event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    setDragged([at(event), at(event)]);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!bars.length) return;
    onHover(at(event));
    if (dragged) setDragged([dragged[0], at(event)]);
  };
  const end = () => {
    if (dragged) zoom(bars, Math.min(...dragged), Math.max(...dragged));
    setDragged(null);
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!bars.length || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && hovered >= 0) return zoom(bars, hovered, hovered);
    const next = { ArrowLeft: hovered - 1, ArrowRight: hovered + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onHover(within(next, bars));
  };
  const shown = bars[hovered];
  return html`<div class="bars" ref=${box} role="slider" tabindex="0" aria-label=${label} aria-valuemin="0" aria-valuemax=${Math.max(bars.length - 1, 0)}
      aria-valuenow=${Math.max(hovered, 0)} aria-valuetext=${shown ? spoken(hovered) : label} onKeyDown=${press} onBlur=${() => onHover(-1)}
      onPointerDown=${begin} onPointerMove=${move} onPointerUp=${end} onPointerCancel=${() => setDragged(null)} onPointerLeave=${() => onHover(-1)}>
      ${bars.map((bar, index) => html`<div key=${bar.start} class="bar ${isWithin(index, dragged) ? "chosen" : ""} ${index === hovered ? "hovered" : ""}">${children(bar, index)}</div>`)}
    </div>
    <${Axis} bars=${bars} />
    <span class="highest dim" aria-hidden="true">${bars.length ? highest : ""}</span>
    ${shown && html`<${Tip} bar=${shown} share=${(hovered + 0.5) / bars.length} />`}`;
}

/** @param {{bars: Bar[]}} props */
function Axis({ bars }) {
  const { zone } = preferences.value;
  const step = bars.length > 1 ? Date.parse(bars[1].start) - Date.parse(bars[0].start) : 0;
  const every = Math.max(1, Math.ceil(bars.length / LABELS));
  const labelled = bars.map((bar, index) => ({ bar, index })).filter(({ index }) => index % every === 0);
  return html`<div class="axis" aria-hidden="true">${labelled.map(({ bar, index }) => html`<span key=${bar.start} style=${{ left: `${(index / bars.length) * 100}%` }}>
    ${axisTime(Date.parse(bar.start), zone, step)}</span>`)}</div>`;
}

/** @param {{bar: Bar, share: number}} props */
function Tip({ bar, share }) {
  const place = share > 0.6 ? { right: `${(1 - share) * 100}%` } : { left: `${share * 100}%` };
  return html`<div class="tip" style=${place}><b>${timeOf(bar)}</b>
    <span>${t("histogram.requests", { n: count(bar.total) })}</span>${bar.error > 0 && html`<span class="bad">${t("histogram.errors", { n: count(bar.error) })}</span>`}
    <span>${count(bar.total_tokens)} ${t("histogram.tokens")}</span><span>${amount(bar.used_amount)} ${t("sum.amount")}</span></div>`;
}

/** When a bar begins, in the reader's zone. @param {Bar} bar */
export function timeOf(bar) {
  return fullTime(Date.parse(bar.start), preferences.value.zone).slice(0, 19);
}

/** Narrow the window to some bars. @param {Bar[]} bars @param {number} first @param {number} last */
function zoom(bars, first, last) {
  const start = Date.parse(bars[first].start);
  const step = bars.length > 1 ? Date.parse(bars[1].start) - Date.parse(bars[0].start) : 0;
  const next = bars[last + 1] ? Date.parse(bars[last + 1].start) : Date.parse(bars[last].start) + step;
  if (next > start) search({ from: String(start), to: String(next - 1) });
}

/** @param {number} index @param {Bar[]} bars */
function within(index, bars) {
  return Math.min(Math.max(index, 0), bars.length - 1);
}

/** @param {number} index @param {[number, number] | null} dragged */
function isWithin(index, dragged) {
  return dragged !== null && index >= Math.min(...dragged) && index <= Math.max(...dragged);
}
