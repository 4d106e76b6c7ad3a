// @ts-check
/** Requests over time, success and errors stacked. */

import { stats } from "../state/load.js";
import { t } from "../text/text.js";
import { count, short } from "../time/format.js";
import { html, useState } from "../ui.js";
import { Bars, timeOf } from "./bars.js";

/** @typedef {import("../types.d.ts").Bar} Bar */

export function Histogram() {
  const bars = stats.value?.histogram ?? [];
  const [hovered, setHovered] = useState(-1);
  const highest = Math.max(...bars.map((bar) => bar.total), 1e-9);
  const part = (/** @type {string} */ kind, /** @type {number} */ value) => html`<i class=${kind} style=${{ height: `${(value / highest) * 100}%` }}></i>`;
  const spoken = (/** @type {number} */ index) => `${timeOf(bars[index])}: ${counts(bars.slice(index, index + 1))}`;
  return html`<section class="histogram" aria-label=${t("histogram.label")}>
    <${Bars} bars=${bars} label=${`${t("histogram.label")}: ${counts(bars)}`} spoken=${spoken} highest=${short(Math.round(highest))} hovered=${hovered} onHover=${setHovered}>
      ${(/** @type {Bar} */ bar) => html`${part("error", bar.error)}${part("success", bar.success)}`}</${Bars}>
  </section>`;
}

/** @param {Bar[]} bars */
function counts(bars) {
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const errors = bars.reduce((sum, bar) => sum + bar.error, 0);
  return t("histogram.summary", { total: count(total), errors: count(errors), bars: bars.length });
}
