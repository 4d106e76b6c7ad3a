// @ts-check
/** The values of each field with their numbers. A click shows only one, Alt-click excludes it, the box adds it. */

import { ask, pathOf } from "../api/request.js";
import { facets, loadedWindow, page } from "../state/load.js";
import { filters } from "../state/params.js";
import { prefer, preferences } from "../state/preferences.js";
import { addCondition, only, removeCondition, view } from "../state/view.js";
import { t } from "../text/text.js";
import { count, short } from "../time/format.js";
import { html, useEffect, useState } from "../ui.js";

/** @typedef {import("../types.d.ts").Facet} Facet @typedef {import("../types.d.ts").Condition} Condition */

const MORE = 100;
const OF_ALL = ["group", "channel"];
const ORDER = ["group", "token_name", "model", "channel", "code", "user", "endpoint"];

export function FacetPanel() {
  const { group } = view.value;
  if (!preferences.value.facets) return html`<aside class="facets folded"><button class="icon" title=${t("facets.show")} aria-label=${t("facets.show")} onClick=${() => prefer({ facets: true })}>»</button></aside>`;
  const found = facets.value?.facets ?? {};
  const fields = ORDER.filter((field) => found[field] && !(group && OF_ALL.includes(field)));
  return html`<aside class="facets" aria-label=${t("facets.label")} tabindex="0">
    <div class="facets-head"><h2>${t("facets.label")}</h2><button class="icon" title=${t("facets.hide")} aria-label=${t("facets.hide")} onClick=${() => prefer({ facets: false })}>«</button></div>
    ${fields.map((field) => html`<${FacetBox} key=${field} field=${field} facet=${found[field]} />`)}
  </aside>`;
}

/** @param {{field: string, facet: Facet}} props */
function FacetBox({ field, facet }) {
  const [prefix, setPrefix] = useState("");
  const [more, setMore] = useState(/** @type {Facet | null} */ (null));
  const isSearched = prefix !== "" || more !== null;
  useEffect(() => setMore(null), [facet]);
  const ask = async (/** @type {string} */ typed) => {
    setPrefix(typed);
    setMore(typed ? await valuesOf(field, typed) : null);
  };
  const chosen = view.value.conditions.filter((one) => one.field === field);
  const values = withChosen(more ?? facet, chosen);
  const largest = Math.max(1, ...values.map((one) => one.count));
  const rest = (more ?? facet).other;
  return html`<details class="facet" open=${field !== "endpoint" && field !== "user"}>
    <summary>${t(`column.${field}`)} <span class="dim">${short(facet.distinct)}</span></summary>
    ${(facet.distinct > values.length || isSearched) && html`<input type="search" class="facet-search" placeholder=${t("facets.search")} aria-label=${`${t("facets.search")} ${t(`column.${field}`)}`}
      value=${prefix} onInput=${(/** @type {any} */ event) => ask(event.target.value)} />`}
    <ul>${values.map((one) => html`<${Value} key=${one.value} field=${field} value=${String(one.value)} number=${one.count} share=${one.count / largest} chosen=${chosen} />`)}
      ${facet.none > 0 && !isSearched && html`<${Value} field=${field} value="" number=${facet.none} share=${facet.none / largest} chosen=${chosen} />`}</ul>
    ${rest > 0 && html`<button class="plain more" onClick=${async () => setMore(await valuesOf(field, prefix))}>${t("facets.other", { n: count(rest) })}</button>`}
    ${!facet.exact && html`<p class="dim">${t("facets.inexact")}</p>`}
  </details>`;
}

/** @param {{field: string, value: string, number: number, share: number, chosen: Condition[]}} props */
function Value({ field, value, number, share, chosen }) {
  const own = chosen.find((one) => one.value === value);
  const click = (/** @type {MouseEvent} */ event) => {
    if (own) removeCondition(own);
    else if (event.altKey) addCondition({ field, value, exclude: true });
    else only(field, value);
  };
  const tick = () => (own ? removeCondition(own) : addCondition({ field, value, exclude: false }));
  const name = value || t("facets.none");
  return html`<li class=${own ? (own.exclude ? "excluded" : "chosen") : ""}>
    <input type="checkbox" checked=${own !== undefined && !own.exclude} onChange=${tick} aria-label=${t("facets.add", { value: name })} />
    <button class="plain value" title=${`${name}\n${t("facets.hint")}`} onClick=${click}><span class="fill" style=${{ width: `${share * 100}%` }}></span>
      <span class="name ${value ? "" : "dim"}">${name}</span><span class="number">${short(number)}</span></button>
    <button class="icon not" title=${t("value.exclude")} aria-label=${t("facets.exclude", { value: name })} onClick=${() => addCondition({ field, value, exclude: true })}>−</button>
  </li>`;
}

/** The values, and those chosen ones that are not among them. @param {Facet} facet @param {Condition[]} chosen */
function withChosen(facet, chosen) {
  const known = new Set(facet.values.map((one) => String(one.value)));
  const missing = chosen.filter((one) => one.value && !known.has(one.value)).map((one) => ({ value: one.value, count: 0 }));
  return [...missing, ...facet.values];
}

/** More values of a field, under the filters of the list. @param {string} field @param {string} prefix @returns {Promise<Facet | null>} */
export async function valuesOf(field, prefix, size = MORE) {
  const moment = page.peek()?.as_of;
  const params = [...filters(view.peek(), loadedWindow.peek()), ["field", field], ["size", String(size)], ...(prefix ? [["prefix", prefix]] : []), ...(moment ? [["as_of", moment]] : [])];
  try {
    return (await ask(pathOf(view.peek().group, "facets", /** @type {any} */ (params)))).data.facets[field];
  } catch {
    return null; // a prefix that is no number, for instance
  }
}
