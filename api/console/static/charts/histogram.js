// @ts-check
/** Requests over time, success and errors stacked. Drag to zoom in; a click zooms into one bar. */

import { page, stats } from "../state/load.js";
import { preferences } from "../state/preferences.js";
import { search } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, axisTime, count, fullTime, short } from "../time/format.js";
import { html, useRef, useState } from "../ui.js";

const LABELS = 6;
/** @typedef {import("../types.d.ts").Bar} Bar */

/** @typedef {"requests" | "amount" | "tokens"} Measure */

/** What the height of a bar means. @type {Record<Measure, (bar: Bar) => number>} */
const HEIGHTS = { requests: (bar) => bar.total, amount: (bar) => bar.used_amount, tokens: (bar) => bar.total_tokens };

/** @param {{measures?: readonly Measure[]}} props what can be chosen from */
export function Histogram({ measures = ["requests"] }) {
  const bars = stats.value?.histogram ?? [];
  const [measure, setMeasure] = useState(measures[0]);
  const [hovered, setHovered] = useState(-1);
  const [dragged, setDragged] = useState(/** @type {[number, number] | null} */ (null));
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const highest = Math.max(...bars.map(HEIGHTS[measure]), 1e-9);
  const at = (/** @type {PointerEvent} */ event) => {
    const { left, width } = /** @type {HTMLElement} */ (box.current).getBoundingClientRect();
    return Math.min(Math.max(Math.floor(((event.clientX - left) / width) * bars.length), 0), bars.length - 1);
  };
  const begin = (/** @type {PointerEvent} */ event) => {
    if (!bars.length || event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    setDragged([at(event), at(event)]);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!bars.length) return;
    setHovered(at(event));
    if (dragged) setDragged([dragged[0], at(event)]);
  };
  const end = () => {
    if (dragged) zoom(bars, Math.min(...dragged), Math.max(...dragged));
    setDragged(null);
  };
  return html`<section class="histogram" aria-label=${t("histogram.label")}>
    ${measures.length > 1 && html`<div class="segments small" role="group" aria-label=${t("histogram.measure")}>${measures.map((one) => html`<button key=${one} aria-pressed=${one === measure} onClick=${() => setMeasure(one)}>${t(`measure.${one}`)}</button>`)}</div>`}
    <div class="bars" ref=${box} role="img" aria-label=${summary(bars)} onPointerDown=${begin} onPointerMove=${move} onPointerUp=${end}
        onPointerCancel=${() => setDragged(null)} onPointerLeave=${() => setHovered(-1)}>
      ${bars.map((bar, index) => html`<div key=${bar.start} class="bar ${isWithin(index, dragged) ? "chosen" : ""} ${index === hovered ? "hovered" : ""}">
<${Stack} bar=${bar} measure=${measure} highest=${highest} /></div>`)}
      ${!bars.length && page.value && html`<div class="nothing"></div>`}
    </div>
    <${Axis} bars=${bars} />
    <span class="highest dim" aria-hidden="true">${bars.length ? (measure === "amount" ? amount(highest) : short(Math.round(highest))) : ""}</span>
    ${hovered >= 0 && bars[hovered] && html`<${Tip} bar=${bars[hovered]} share=${(hovered + 0.5) / bars.length} />`}
  </section>`;
}

/** @param {{bar: Bar, measure: Measure, highest: number}} props */
function Stack({ bar, measure, highest }) {
  const part = (/** @type {string} */ kind, /** @type {number} */ value) => html`<i class=${kind} style=${{ height: `${(value / highest) * 100}%` }}></i>`;
  if (measure !== "requests") return part(measure, HEIGHTS[measure](bar));
  return html`${part("error", bar.error)}${part("success", bar.success)}`;
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
  return html`<div class="tip" style=${place}><b>${fullTime(Date.parse(bar.start), preferences.value.zone).slice(0, 19)}</b>
    <span>${t("histogram.requests", { n: count(bar.total) })}</span>${bar.error > 0 && html`<span class="bad">${t("histogram.errors", { n: count(bar.error) })}</span>`}
    <span>${count(bar.total_tokens)} ${t("histogram.tokens")}</span><span>${amount(bar.used_amount)} ${t("sum.amount")}</span></div>`;
}

/** Narrow the window to some bars. @param {Bar[]} bars @param {number} first @param {number} last */
function zoom(bars, first, last) {
  const start = Date.parse(bars[first].start);
  const step = bars.length > 1 ? Date.parse(bars[1].start) - Date.parse(bars[0].start) : 0;
  const next = bars[last + 1] ? Date.parse(bars[last + 1].start) : Date.parse(bars[last].start) + step;
  if (next > start) search({ from: String(start), to: String(next - 1) });
}

/** @param {number} index @param {[number, number] | null} dragged */
function isWithin(index, dragged) {
  return dragged !== null && index >= Math.min(...dragged) && index <= Math.max(...dragged);
}

/** @param {Bar[]} bars */
function summary(bars) {
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const errors = bars.reduce((sum, bar) => sum + bar.error, 0);
  return t("histogram.summary", { total: count(total), errors: count(errors), bars: bars.length });
}
