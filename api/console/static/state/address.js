// @ts-check
/** The address of the page ↔ what it shows. What cannot be read is named, and the rest opens. Pure. */

import { readMoment } from "../time/range.js";
import { FIELDS } from "../query/fields.js";

/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").Condition} Condition */

/** @type {Readonly<View>} */
export const FIRST_VIEW = Object.freeze({
  tab: "logs", group: "", query: "", conditions: [], status: "all", from: "-24h", to: "", order: "created_at-desc",
  page: 1, per_page: 50, open: "", pane: "", compare: "", live: false, by: "model", measure: "amount",
});

/** Values that a parameter may have. @type {Record<string, readonly string[]>} */
const ALLOWED = {
  tab: ["logs", "errors", "spend"],
  status: ["all", "success", "error"],
  order: ["created_at-desc", "created_at-asc", "request_at-desc", "request_at-asc", "id-desc", "id-asc"],
  per_page: ["20", "50", "100"],
  by: ["model", "channel", "token_name", "user", "group"],
  measure: ["amount", "requests", "tokens"],
};
const TEXTS = ["group", "query", "open", "pane", "compare"];

/**
 * @param {string} search such as `?query=timeout`
 * @returns {{view: View, ignored: string[]}} what the address says, and the parameters that it could not say
 */
export function readAddress(search) {
  /** @type {any} */
  const view = { ...FIRST_VIEW, conditions: [] };
  /** @type {string[]} */
  const ignored = [];
  for (const [name, value] of new URLSearchParams(search)) {
    if (!take(view, name, value)) ignored.push(`${name}=${value}`.slice(0, 80));
  }
  return { view, ignored };
}

/** The shortest address that says this. @param {View} view @returns {string} */
export function writeAddress(view) {
  const params = new URLSearchParams();
  for (const name of /** @type {(keyof View)[]} */ (Object.keys(FIRST_VIEW))) {
    if (name !== "conditions" && view[name] !== FIRST_VIEW[name]) params.append(name, String(view[name]));
  }
  for (const one of view.conditions) params.append(one.exclude ? "exclude" : "only", `${one.field}:${one.value}`);
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** @param {any} view @param {string} name @param {string} value @returns {boolean} whether it could be read */
function take(view, name, value) {
  if (name === "only" || name === "exclude") return takeCondition(view, name, value);
  if (name === "from" || name === "to") return takeMoment(view, name, value);
  if (name === "page") return takePage(view, value);
  if (name === "live") return (view.live = value === "true" || value === "1"), true;
  if (TEXTS.includes(name)) return (view[name] = value.slice(0, 4096)), true;
  if (!Object.hasOwn(ALLOWED, name) || !ALLOWED[name].includes(value)) return false;
  view[name] = name === "per_page" ? Number(value) : value;
  return true;
}

/** @param {any} view @param {string} name @param {string} value */
function takeCondition(view, name, value) {
  const colon = value.indexOf(":");
  const field = value.slice(0, colon);
  if (colon < 0 || !Object.hasOwn(FIELDS, field) || !FIELDS[field].isCondition(value.slice(colon + 1)) || view.conditions.length >= 100) return false;
  view.conditions.push({ field, value: value.slice(colon + 1), exclude: name === "exclude" });
  return true;
}

/** @param {any} view @param {string} name @param {string} value */
function takeMoment(view, name, value) {
  const moment = readMoment(value, "UTC");
  if (moment === undefined) return false;
  view[name] = moment;
  return true;
}

/** @param {any} view @param {string} value */
function takePage(view, value) {
  if (!/^[1-9]\d{0,14}$/.test(value)) return false;
  view.page = Number(value);
  return true;
}
