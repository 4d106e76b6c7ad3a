// @ts-check
/** Spend and speed: sums against the period before, over time by value, percentiles, and who used most. */

import { SeriesChart } from "../charts/series.js";
import { isLoading, stats } from "../state/load.js";
import { only, view } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, count, duration, percent, short } from "../time/format.js";
import { html, useState } from "../ui.js";

/** @typedef {import("../types.d.ts").Totals} Totals @typedef {import("../types.d.ts").Percentiles} Percentiles */

const TOPS = ["model", "token_name", "channel", "user", "error_code"];

export function SpendView() {
  const found = stats.value;
  const [by, setBy] = useState(/** @type {"by_count" | "by_amount"} */ ("by_amount"));
  if (!found?.series) return html`<div class="state" aria-busy="true">${[...Array(6)].map((_, index) => html`<div key=${index} class="ghost"></div>`)}</div>`;
  const tops = TOPS.filter((name) => found.top[name] && !(view.value.group && name === "channel"));
  return html`<div class="spend-view ${isLoading.value ? "stale" : ""}" tabindex="0" role="region" aria-label=${t("tab.spend")}>
    <dl class="cards">
      <${Card} name="requests" value=${count(found.total)} now=${found.total} before=${found.previous?.total} />
      <${Card} name="success" value=${percent(found.success, found.total)} />
      <${Card} name="amount" value=${amount(found.used_amount)} now=${found.used_amount} before=${found.previous?.used_amount} />
      <${Card} name="tokens" value=${short(found.usage.total_tokens)} now=${found.usage.total_tokens} before=${found.previous?.usage.total_tokens} />
      <${Card} name="cached_share" value=${percent(found.usage.cached_tokens, found.usage.input_tokens)} />
      <${Card} name="reasoning" value=${short(found.usage.reasoning_tokens)} now=${found.usage.reasoning_tokens} before=${found.previous?.usage.reasoning_tokens} />
    </dl>
    <${SeriesChart} found=${found} />
    <table class="percentiles"><thead><tr><th scope="col">${t("spend.speed")}</th>${["p50", "p90", "p95", "p99"].map((one) => html`<th scope="col" class="number">${one}</th>`)}<th scope="col" class="number">${t("spend.measured")}</th></tr></thead>
      <tbody><${Speed} name="ttfb" of=${found.ttfb_milliseconds} /><${Speed} name="duration" of=${found.duration_milliseconds} /></tbody></table>
    <div class="segments" role="group" aria-label=${t("spend.by")}>${/** @type {const} */ (["by_amount", "by_count"]).map((one) => html`<button aria-pressed=${by === one} onClick=${() => setBy(one)}>${t(`spend.${one}`)}</button>`)}</div>
    <div class="tops">${tops.map((name) => html`<${Top} key=${name} name=${name} entries=${found.top[name][name === "error_code" ? "by_count" : by]} by=${name === "error_code" ? "by_count" : by} />`)}</div></div>`;
}

/** @param {{name: string, value: string, now?: number, before?: number}} props */
function Card({ name, value, now, before }) {
  const change = now !== undefined && before ? (now - before) / before : null;
  return html`<div class="card"><dt>${t(`sum.${name}`)}</dt><dd>${value}${change !== null && html`<span class="change ${change > 0 ? "up" : "down"}" title=${t("spend.previous")}>${change > 0 ? "▲" : "▼"} ${percent(Math.abs(change), 1)}</span>`}</dd></div>`;
}

/** @param {{name: string, of: Percentiles}} props */
function Speed({ name, of }) {
  return html`<tr><th scope="row">${t(`column.${name}`)}</th>${[of.p50, of.p90, of.p95, of.p99].map((ms, index) => html`<td key=${index} class="number">${duration(ms)}</td>`)}<td class="number dim">${count(of.count)}</td></tr>`;
}

/** @param {{name: string, entries: import("../types.d.ts").TopEntry[], by: "by_count" | "by_amount"}} props */
function Top({ name, entries, by }) {
  const field = name === "error_code" ? "code" : name;
  const measure = (/** @type {import("../types.d.ts").TopEntry} */ one) => (by === "by_amount" ? one.used_amount : one.count);
  const largest = Math.max(...entries.map(measure), 1e-12);
  return html`<section class="top"><h2>${t(name === "error_code" ? "spend.error_code" : `column.${name}`)}</h2><ul>${entries.map((one) => html`<li key=${one.value}>
    <button class="plain value" title=${t("value.only")} onClick=${() => only(field, String(one.value))}><span class="fill" style=${{ width: `${(measure(one) / largest) * 100}%` }}></span><span class="name">${one.value}</span>
      <span class="number">${by === "by_amount" ? amount(one.used_amount) : count(one.count)}</span></button></li>`)}</ul></section>`;
}
