// @ts-check
/** What the page shows, kept in its address. The back button undoes one step. */

import { effect, signal } from "../ui.js";
import { FIRST_VIEW, readAddress, writeAddress } from "./address.js";

/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").Condition} Condition */

const first = readAddress(location.search);
/** @type {import("../vendor/signals.d.ts").Signal<View>} */
export const view = signal(first.view);
/** Parameters of the address that could not be read. */
export const ignored = signal(first.ignored);

addEventListener("popstate", () => {
  const read = readAddress(location.search);
  view.value = read.view;
  ignored.value = read.ignored;
});

/** Show something else, as a step that the back button undoes. @param {Partial<View>} changed */
export function go(changed) {
  show(changed, "pushState");
}

/** Show something else in the same step. @param {Partial<View>} changed */
export function adjust(changed) {
  show(changed, "replaceState");
}

/** @param {Partial<View>} changed @param {"pushState" | "replaceState"} how */
function show(changed, how) {
  const next = { ...view.peek(), ...changed };
  if (JSON.stringify(next) === JSON.stringify(view.peek())) return;
  history[how](null, "", location.pathname + writeAddress(next));
  view.value = next;
}

/** Search for something else, from its first page. @param {Partial<View>} changed */
export function search(changed) {
  go({ page: 1, open: "", pane: "", compare: "", ...changed });
}

/** Add a condition. The opposite one, and what it makes pointless, go. @param {Condition} added */
export function addCondition(added) {
  search({ conditions: [...view.peek().conditions.filter((one) => one.field !== added.field || one.value !== added.value), added] });
}

/** Show this value of a field only. @param {string} field @param {string} value */
export function only(field, value) {
  search({ conditions: [...view.peek().conditions.filter((one) => one.field !== field), { field, value, exclude: false }] });
}

/** @param {Condition} removed */
export function removeCondition(removed) {
  search({ conditions: view.peek().conditions.filter((one) => one !== removed && !isSame(one, removed)) });
}

/** @param {Condition} one @param {Condition} other */
export function isSame(one, other) {
  return one.field === other.field && one.value === other.value && one.exclude === other.exclude;
}

/** Drop every filter, but not the group whose page this is. */
export function dropFilters() {
  search({ ...FIRST_VIEW, tab: view.peek().tab, group: view.peek().group, from: view.peek().from, to: view.peek().to });
}

effect(() => {
  document.title = [view.value.query, view.value.group, "gateway-logs"].filter(Boolean).join(" · ");
});
