// @ts-check
/** Amounts, requests or tokens over time, stacked by the values that have most of them. A click on a value filters by it. */

import { seriesFields } from "../state/params.js";
import { go, only, view } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, short } from "../time/format.js";
import { html, useState } from "../ui.js";
import { Bars, timeOf } from "./bars.js";
import { heights, linesOf } from "./lines.js";

/** @typedef {import("./lines.js").Line} Line @typedef {import("./lines.js").Measure} Measure */

const MEASURES = /** @type {const} */ (["amount", "requests", "tokens"]);

/** @param {{found: import("../types.d.ts").Stats}} props */
export function SeriesChart({ found }) {
  const { measure } = view.value;
  const [hovered, setHovered] = useState(-1);
  const [pointed, setPointed] = useState(-1);
  const bars = found.histogram;
  const series = /** @type {import("../types.d.ts").Series} */ (found.series);
  const lines = linesOf(series, measure);
  const { highest, of } = heights(lines, bars.length);
  const name = (/** @type {Line} */ line) => (line.value === null ? t("series.other") : String(line.value));
  const spoken = (/** @type {number} */ index) => `${timeOf(bars[index])}: ${lines.filter((line) => line.points[index]).map((line) => `${name(line)} ${written(line.points[index], measure)}`).join(", ")}`;
  const part = (/** @type {Line} */ line, /** @type {number} */ at, /** @type {number} */ index) => of[at][index] > 0 && html`<i key=${at}
    class="${styleOf(line, at)} ${pointed >= 0 && pointed !== at ? "faint" : ""}" style=${{ height: `${of[at][index] * 100}%` }}></i>`;
  return html`<section class="series" aria-label=${t("series.label")}>
    <div class="choices"><${Measures} /><${Fields} /></div>
    <div class="histogram"><${Bars} bars=${bars} label=${t("series.summary", { measure: t(`measure.${measure}`), field: t(`column.${series.by}`), n: bars.length })} spoken=${spoken}
      highest=${written(highest, measure)} hovered=${hovered} onHover=${setHovered}>
      ${(/** @type {unknown} */ _, /** @type {number} */ index) => lines.map((line, at) => part(line, at, index)).reverse()}</${Bars}></div>
    <p class="dim when-hovered">${bars[hovered] ? timeOf(bars[hovered]) : t("series.all")}</p>
    <ul class="legend" onMouseLeave=${() => setPointed(-1)}>${lines.map((line, at) => html`<li key=${String(line.value)} onMouseEnter=${() => setPointed(at)} onFocusIn=${() => setPointed(at)} onFocusOut=${() => setPointed(-1)}>
      <${Entry} line=${line} style=${styleOf(line, at)} field=${series.by} name=${name(line)} number=${written(bars[hovered] ? line.points[hovered] : line.sum, measure)} /></li>`)}</ul>
  </section>`;
}

/** @param {{line: Line, style: string, field: string, name: string, number: string}} props */
function Entry({ line, style, field, name, number }) {
  const content = html`<i class="swatch ${style}" aria-hidden="true"></i><span class="ellipsis">${name}</span><span class="number">${number}</span>`;
  if (line.value === null) return html`<span class="entry">${content}</span>`;
  return html`<button class="plain entry" title=${`${t("value.only")}: ${name}`} onClick=${() => only(field, String(line.value))}>${content}</button>`;
}

function Measures() {
  const { measure } = view.value;
  return html`<div class="segments small" role="group" aria-label=${t("histogram.measure")}>${MEASURES.map((one) => html`<button key=${one} aria-pressed=${one === measure} onClick=${() => go({ measure: one })}>${t(`measure.${one}`)}</button>`)}</div>`;
}

function Fields() {
  const [by, fields] = seriesFields(view.value);
  return html`<div class="segments small" role="group" aria-label=${t("series.by")}>${fields.map((one) => html`<button key=${one} aria-pressed=${one === by} onClick=${() => go({ by: one })}>${t(`column.${one}`)}</button>`)}</div>`;
}

/** The colour and pattern of a line: neighbours differ in both. @param {Line} line @param {number} at */
function styleOf(line, at) {
  return line.value === null ? "part other" : `part hue-${at % 5} ${at % 2 ? "striped" : ""}`;
}

/** @param {number} value @param {Measure} measure */
function written(value, measure) {
  return measure === "amount" ? amount(value) : short(value);
}
