// @ts-check
/** Nothing was found: which filters could be dropped, and how many logs there would be then. */

import { ask, pathOf } from "../api/request.js";
import { filters } from "../state/params.js";
import { loadedWindow, page } from "../state/load.js";
import { adjust, dropFilters, search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { count } from "../time/format.js";
import { labelOf, valueText } from "../query/condition_text.js";
import { html, useEffect, useState } from "../ui.js";

const MOST_COUNTED = 5; // each is a search

/** @typedef {import("../types.d.ts").View} View @typedef {{text: string, change: Partial<View>}} Offer */

export function Empty() {
  const shown = view.value;
  const offers = offersOf(shown);
  const counts = useCounts(shown, offers);
  const { query, conditions, status, from } = shown;
  const isFiltered = Boolean(query || conditions.length || status !== "all");
  if (shown.page > 1 && page.value?.total) return html`<div class="state"><h2>${t("empty.page")}</h2><button class="primary" onClick=${() => adjust({ page: 1 })}>${t("pager.first")}</button></div>`;
  return html`<div class="state"><h2>${t(isFiltered ? "empty.filtered" : "empty.window")}</h2>
    <div class="offers">
      ${offers.map((one, index) => html`<button key=${one.text} onClick=${() => search(one.change)}>${one.text}${counts[index] !== undefined && html` <span class="dim">${t("empty.then", { n: count(counts[index]) })}</span>`}</button>`)}
      ${isFiltered && html`<button class="primary" onClick=${dropFilters}>${t("empty.all")}</button>`}
    </div>
    ${!isFiltered && !from && html`<p class="dim">${t("empty.nothing")}</p>`}</div>`;
}

/** @param {View} shown @returns {Offer[]} */
function offersOf({ query, conditions, status, from, to }) {
  return [
    ...(query ? [{ text: t("empty.query", { query: query.slice(0, 60) }), change: { query: "" } }] : []),
    ...conditions.map((one) => ({
      text: t("empty.condition", { filter: `${one.exclude ? "−" : ""}${labelOf(one.field)} ${valueText(one)}` }),
      change: { conditions: conditions.filter((other) => other !== one) },
    })),
    ...(status !== "all" ? [{ text: t("empty.status"), change: { status: /** @type {const} */ ("all") } }] : []),
    ...(from || to ? [{ text: t("empty.time"), change: { from: "", to: "" } }] : []),
  ];
}

/** How many logs each of the first offers would find, as far as that is known. @param {View} shown @param {Offer[]} offers */
function useCounts(shown, offers) {
  const [counts, setCounts] = useState(/** @type {number[]} */ ([]));
  useEffect(() => {
    const abort = new AbortController();
    setCounts([]);
    countAll(shown, offers.slice(0, MOST_COUNTED), abort.signal, setCounts).catch(() => undefined);
    return () => abort.abort();
  }, [page.value]);
  return counts;
}

/** One after the other: nobody waits for them. @param {View} shown @param {Offer[]} offers @param {AbortSignal} abort @param {(counts: number[]) => void} take */
async function countAll(shown, offers, abort, take) {
  const counts = [];
  for (const { change } of offers) {
    const window = change.from === "" ? { start: null, end: null } : loadedWindow.peek();
    const params = /** @type {[string, string][]} */ ([...filters({ ...shown, ...change }, window), ["per_page", "1"], ["include_detail", "false"]]);
    counts.push((await ask(pathOf(shown.group, "search", params), abort)).data.total);
    if (!abort.aborted) take([...counts]);
  }
}
