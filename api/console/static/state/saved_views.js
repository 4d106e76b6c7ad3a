// @ts-check
/** Named views: kept in this browser, passed on as one JSON file. */

import { effect, signal } from "../ui.js";
import { readAddress } from "./address.js";

/** @typedef {{name: string, address: string}} SavedView */

const NAME = "gateway-logs.views";
const MAX_VIEWS = 200;

/** Views that everybody has, by the keys of their names. @type {SavedView[]} */
export const SHIPPED = [
  { name: "views.errors", address: "?status=error" },
  { name: "views.slow", address: "?only=duration_milliseconds%3A20000.." },
  { name: "views.expensive", address: "?only=used_amount%3A0.1.." },
  { name: "views.limited", address: "?only=code%3A429" },
  { name: "views.broken", address: "?only=code%3A500&only=code%3A502&only=code%3A503&only=code%3A504" },
  { name: "views.spend", address: "?tab=spend&from=-7d" },
];

/** @type {import("../vendor/signals.d.ts").Signal<SavedView[]>} */
export const savedViews = signal(readViews(localStorage.getItem(NAME) ?? "[]") ?? []);
effect(() => localStorage.setItem(NAME, JSON.stringify(savedViews.value)));

/** @param {string} name @param {string} address */
export function saveView(name, address) {
  savedViews.value = [...savedViews.value.filter((one) => one.name !== name), { name, address }].slice(-MAX_VIEWS);
}

/** @param {string} name */
export function forgetView(name) {
  savedViews.value = savedViews.value.filter((one) => one.name !== name);
}

/** Add the views of a file; false where it holds none. @param {string} text */
export function importViews(text) {
  const found = readViews(text);
  for (const one of found ?? []) saveView(one.name, one.address);
  return Boolean(found?.length);
}

/** @param {string} text @returns {SavedView[] | null} */
function readViews(text) {
  try {
    return JSON.parse(text)
      .filter((/** @type {any} */ one) => typeof one?.name === "string" && typeof one.address === "string")
      .filter((/** @type {SavedView} */ one) => readAddress(one.address).ignored.length === 0);
  } catch {
    return null;
  }
}
