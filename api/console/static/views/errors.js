// @ts-check
/** Failed requests by what their messages say. */

import { errorGroups, isLoading } from "../state/load.js";
import { preferences } from "../state/preferences.js";
import { only, search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { count, fullTime, percent, shortTime } from "../time/format.js";
import { html } from "../ui.js";

/** @typedef {import("../types.d.ts").ErrorGroup} ErrorGroup @typedef {import("../types.d.ts").FacetValue} FacetValue */

const FOLDS = /(<(?:n|id|text|url)>)/;
const SHOWN_VALUES = 2;

export function ErrorsView() {
  const found = errorGroups.value;
  const { zone } = preferences.value;
  if (!found) return html`<div class="state" aria-busy="true">${[...Array(6)].map((_, index) => html`<div key=${index} class="ghost"></div>`)}</div>`;
  if (!found.errors.length) return html`<div class="state"><h2>${t("errors.none")}</h2></div>`;
  const isPart = found.read < found.total;
  return html`<div class="errors-view ${isLoading.value ? "stale" : ""}" tabindex="0" role="region" aria-label=${t("tab.errors")}>
    <p class="lead"><b>${t("errors.total", { n: count(found.total), groups: count(found.distinct) })}</b>
      ${isPart && html` <span class="note">${t("errors.part", { read: count(found.read), start: shortTime(Date.parse(found.start), zone, Date.now()) })}</span>`}</p>
    <table class="groups"><thead><tr><th scope="col" class="number">${t("errors.count")}</th><th scope="col">${t("errors.message")}</th><th scope="col">${t("errors.when")}</th><th scope="col">${t("errors.where")}</th></tr></thead>
      <tbody>${found.errors.map((one) => html`<${Group} key=${one.message} error=${one} />`)}</tbody></table></div>`;
}

/** @param {{error: ErrorGroup}} props */
function Group({ error }) {
  const { zone } = preferences.value;
  const open = () => search({ tab: "logs", query: error.query, status: "error" });
  const fields = /** @type {const} */ (["code", "channel", "model", "group"]);
  return html`<tr><td class="number"><b>${count(error.count)}</b><div class="dim">${percent(error.share, 1)}</div></td>
    <td class="message-text"><button class="plain" title=${t("errors.open")} onClick=${open}>${error.message
      ? error.message.split(FOLDS).map((part) => (FOLDS.test(part) ? html`<span class="folded-part">${part.slice(1, -1)}</span>` : part))
      : html`<span class="dim">${t("errors.silent")}</span>`}</button></td>
    <td class="when"><${Spark} bars=${error.bars} /><div class="dim">${minute(error.first, zone)} – ${minute(error.last, zone)}</div></td>
    <td class="values">${fields.filter((field) => error[field] && !(view.value.group && field === "channel")).map((field) => html`<${Values} key=${field} field=${field} found=${error[field]} />`)}</td></tr>`;
}

/** `11-27 14:03`. @param {string} time @param {string} zone */
function minute(time, zone) {
  return fullTime(Date.parse(time), zone).slice(5, 16);
}

/** @param {{field: string, found: {values: FacetValue[], distinct: number}}} props */
function Values({ field, found }) {
  const more = found.distinct - SHOWN_VALUES;
  return html`<div><span class="dim">${t(`column.${field}`)}</span> ${found.values.slice(0, SHOWN_VALUES).map((one) => html`<button class="tag" key=${one.value} title=${t("value.only")} onClick=${() => only(field, String(one.value))}>${one.value} <span class="dim">${count(one.count)}</span></button>`)}
    ${more > 0 && html` <span class="dim">+${more}</span>`}</div>`;
}

/** @param {{bars: number[]}} props */
function Spark({ bars }) {
  const highest = Math.max(1, ...bars);
  return html`<div class="spark" role="img" aria-label=${bars.join(" ")}>${bars.map((value, index) => html`<i key=${index} style=${{ height: `${(value / highest) * 100}%` }}></i>`)}</div>`;
}
