// @ts-check
/**
 * Asks the API for what the view shows: the page of the list first, then sums and facets of the same moment.
 * All of them see the same logs, so list, foot, chart, facets and export agree.
 */

import { readLog } from "../api/logs.js";
import { asProblem, ask, keyChanges, pathOf } from "../api/request.js";
import { resolveWindow } from "../time/range.js";
import { zoneName } from "../time/zone.js";
import { batch, effect, signal, untracked } from "../ui.js";
import { preferences } from "./preferences.js";
import { filters, pageParams, searchKey, seriesFields } from "./params.js";
import { adjust, view } from "./view.js";

/** @typedef {import("../types.d.ts").View} View @typedef {import("../api/request.js").Problem} Problem */

export const FACET_VALUES = 8;
export const ERROR_SAMPLE = 2000;

/** @template T @param {T} value @returns {import("../vendor/signals.d.ts").Signal<T>} */
const typed = (value) => signal(value);
/** @type {import("../vendor/signals.d.ts").Signal<import("../types.d.ts").Page | null>} */
export const page = typed(null);
/** @type {import("../vendor/signals.d.ts").Signal<import("../types.d.ts").Stats | null>} */
export const stats = typed(null);
/** @type {import("../vendor/signals.d.ts").Signal<import("../types.d.ts").Facets | null>} */
export const facets = typed(null);
/** @type {import("../vendor/signals.d.ts").Signal<import("../types.d.ts").ErrorGroups | null>} */
export const errorGroups = typed(null);
/** @type {import("../vendor/signals.d.ts").Signal<Problem | null>} */
export const problem = typed(null);
/** Why sums or facets are missing although the list is there. @type {import("../vendor/signals.d.ts").Signal<Problem | null>} */
export const sumsProblem = typed(null);
export const isLoading = signal(false);
/** What the API said beside its answer. */
export const message = signal("");
/** The window that the relative times of the view meant when it was asked for. */
export const loadedWindow = typed(/** @type {import("./params.js").Window} */ ({ start: null, end: null }));
/** Grows to ask everything again. */
const asks = signal(0);
/** The moment that the next search shows. */
let moment = "now";

/** Ask everything again. @param {string} [asOf] a moment that is known to have more logs */
export function refresh(asOf = "now") {
  moment = asOf;
  if (view.peek().page !== 1 && !view.peek().live) adjust({ page: 1 });
  asks.value += 1;
}

/** @type {{key: string, pageKey: string, abort: AbortController}} */
let current = { key: "", pageKey: "", abort: new AbortController() };

/** Start to follow the view. */
export function startLoading() {
  effect(() => {
    const shown = view.value;
    const { facets: withFacets, histogram: withBars, zone } = preferences.value;
    const key = `${searchKey(shown)} ${asks.value} ${keyChanges.value} ${zone} ${withFacets} ${withBars}`;
    const pageKey = `${key} ${shown.page} ${shown.per_page} ${shown.order}`;
    if (pageKey === current.pageKey) return;
    const isSameSearch = key === current.key && page.peek() !== null;
    current.abort.abort();
    current = { key, pageKey, abort: new AbortController() };
    untracked(() => load(shown, isSameSearch, current.abort.signal));
  });
}

/** Stop waiting. */
export function cancel() {
  current.abort.abort();
  isLoading.value = false;
}

/** @param {View} shown @param {boolean} isSameSearch only the page is another one @param {AbortSignal} abort */
async function load(shown, isSameSearch, abort) {
  isLoading.value = true;
  try {
    if (shown.tab === "logs") await loadLogs(shown, isSameSearch, abort);
    else await loadFigures(shown, abort);
    if (!abort.aborted) problem.value = null;
  } catch (error) {
    if (!abort.aborted) await fail(error, shown);
  } finally {
    if (!abort.aborted) isLoading.value = false;
  }
}

/** @param {View} shown @param {boolean} isSameSearch @param {AbortSignal} abort */
async function loadLogs(shown, isSameSearch, abort) {
  const window = isSameSearch ? loadedWindow.value : windowOf(shown);
  const asOf = isSameSearch ? (page.value?.as_of ?? "now") : moment;
  moment = "now";
  const found = await ask(pathOf(shown.group, "search", pageParams(shown, window, asOf)), abort);
  if (abort.aborted) return;
  found.data.logs.forEach(readLog);
  batch(() => {
    page.value = found.data;
    loadedWindow.value = window;
    message.value = found.message;
    problem.value = null;
    isLoading.value = false;
  });
  if (!isSameSearch) await loadSums(shown, window, found.data.as_of, abort);
}

/** @param {View} shown @param {import("./params.js").Window} window @param {string} asOf @param {AbortSignal} abort */
async function loadSums(shown, window, asOf, abort) {
  /** @type {[string, string][]} */
  const moment = [["as_of", asOf]];
  const wanted = [loadStats(shown, window, [...moment, ...sumsOnly()], abort)];
  if (preferences.value.facets) wanted.push(loadFacets(shown, window, moment, abort));
  const ended = await Promise.allSettled(wanted);
  if (abort.aborted) return;
  const failed = ended.find((one) => one.status === "rejected");
  sumsProblem.value = failed ? asProblem(failed.reason) : null;
}

/** The list has no top lists, and only the bars of a chart that is shown. @returns {[string, string][]} */
function sumsOnly() {
  return [["size", "0"], .../** @type {[string, string][]} */ (preferences.value.histogram ? [] : [["interval", "none"]])];
}

/** @param {View} shown @param {import("./params.js").Window} window @param {[string, string][]} more @param {AbortSignal} abort */
async function loadStats(shown, window, more, abort) {
  const zone = /** @type {[string, string]} */ (["timezone", zoneName(preferences.value.zone)]);
  const found = await ask(pathOf(shown.group, "stats", [...filters(shown, window), zone, ...more]), abort);
  if (!abort.aborted) stats.value = found.data;
}

/** @param {View} shown @param {import("./params.js").Window} window @param {[string, string][]} more @param {AbortSignal} abort */
async function loadFacets(shown, window, more, abort) {
  const size = /** @type {[string, string]} */ (["size", String(FACET_VALUES)]);
  const found = await ask(pathOf(shown.group, "facets", [...filters(shown, window), size, ...more]), abort);
  if (!abort.aborted) facets.value = found.data;
}

/** The tabs of errors and of spend. @param {View} shown @param {AbortSignal} abort */
async function loadFigures(shown, abort) {
  const window = windowOf(shown);
  page.value = null;
  loadedWindow.value = window;
  if (shown.tab === "spend") {
    const by = /** @type {[string, string]} */ (["by", seriesFields(shown)[0]]);
    const compare = window.start !== null ? [/** @type {[string, string]} */ (["compare", "true"])] : [];
    const closed = window.start !== null && window.end === null ? { ...window, end: Date.now() } : window;
    await loadStats(shown, closed, [by, ...compare], abort);
    return;
  }
  const errors = { ...shown, status: /** @type {const} */ ("all") };
  const params = [...filters(errors, window), ["size", "50"], ["sample", String(ERROR_SAMPLE)]];
  const found = await ask(pathOf(shown.group, "errors", /** @type {[string, string][]} */ (params)), abort);
  if (!abort.aborted) errorGroups.value = found.data;
}

/** @param {View} shown */
export function windowOf(shown) {
  return resolveWindow(shown, Date.now(), preferences.value.zone);
}

/** @param {unknown} error @param {View} shown */
async function fail(error, shown) {
  const found = asProblem(error);
  if (found.status === 403 && (await openOwnGroup(shown))) return;
  problem.value = found;
}

/** A group's key opens the page of its group. @param {View} shown @returns {Promise<boolean>} */
async function openOwnGroup(shown) {
  try {
    const { data } = await ask("/api/key");
    if (data.all || !data.groups.length || data.groups.includes(shown.group)) return false;
    adjust({ group: data.groups[0] });
    return true;
  } catch {
    return false;
  }
}
