// @ts-check
/** The columns of the list. */

import { amount, count, duration, durationOf, fullTime, short, shortTime } from "../time/format.js";

/** @typedef {import("../types.d.ts").Log} Log */

/**
 * @typedef {object} Column
 * @property {string} name also the key of its heading
 * @property {string} [field] the field that its values filter by
 * @property {boolean} [isNumber] aligned to the right
 * @property {string[]} exported its columns in a file
 * @property {(log: Log, zone: string, now: number) => string} text
 * @property {(log: Log, zone: string) => string} [title]
 */

/** @type {Column[]} */
export const COLUMNS = [
  { name: "time", exported: ["created_at"], text: (log, zone, now) => shortTime(Date.parse(log.created_at), zone, now), title: (log, zone) => fullTime(Date.parse(log.created_at), zone) },
  { name: "code", field: "code", exported: ["code"], text: (log) => String(log.code || "–") },
  { name: "group", field: "group", exported: ["group"], text: (log) => log.group },
  { name: "token_name", field: "token_name", exported: ["token_name"], text: (log) => log.token_name },
  { name: "model", field: "model", exported: ["model"], text: (log) => log.model },
  { name: "channel", field: "channel", isNumber: true, exported: ["channel"], text: (log) => String(log.channel || "") },
  { name: "tokens", isNumber: true, exported: ["usage.input_tokens", "usage.output_tokens"], text: tokens, title: tokensInFull },
  { name: "amount", isNumber: true, exported: ["used_amount"], text: (log) => (log.used_amount ? amount(log.used_amount) : "") },
  { name: "ttfb", isNumber: true, exported: ["ttfb_milliseconds"], text: (log) => (log.ttfb_milliseconds ? duration(log.ttfb_milliseconds) : "") },
  { name: "duration", isNumber: true, exported: ["request_at"], text: (log) => (durationOf(log) === null ? "" : duration(durationOf(log))) },
  { name: "user", field: "user", exported: ["user"], text: (log) => log.user },
  { name: "ip", field: "ip", exported: ["ip"], text: (log) => log.ip },
  { name: "endpoint", field: "endpoint", exported: ["endpoint"], text: (log) => log.endpoint },
  { name: "request_id", field: "request_id", exported: ["request_id"], text: (log) => log.request_id },
  { name: "retries", isNumber: true, exported: ["retry_times"], text: (log) => (log.retry_times ? count(log.retry_times) : "") },
  { name: "text", exported: ["content"], text: (log) => log.content },
];
const FIRST = ["time", "code", "group", "token_name", "model", "channel", "tokens", "amount", "ttfb", "duration", "text"];
/** What a group's own page leaves out: the group itself, and the channels behind the gateway. */
const OF_ALL = ["group", "channel"];

/** The columns that are shown, in their order. @param {string[]} chosen none: the usual ones @param {string} group */
export function shownColumns(chosen, group) {
  const offered = offeredColumns(group);
  return namesOf(chosen).flatMap((name) => offered.filter((column) => column.name === name));
}

/** The columns to choose from. @param {string} group */
export function offeredColumns(group) {
  return COLUMNS.filter((column) => !(group && OF_ALL.includes(column.name)));
}

/** The choice with a column more, beside those it usually follows, or with one less. @param {string[]} chosen @param {string} name */
export function turned(chosen, name) {
  const names = namesOf(chosen);
  if (names.includes(name)) return names.filter((one) => one !== name);
  const usual = COLUMNS.map((column) => column.name);
  const before = usual.slice(0, usual.indexOf(name)).filter((one) => names.includes(one));
  return names.toSpliced(names.indexOf(before.at(-1) ?? "") + 1, 0, name);
}

/** The choice with a column in the place of another one, which makes room. @param {string[]} chosen @param {string} name @param {string} target */
export function moved(chosen, name, target) {
  const names = namesOf(chosen);
  const to = names.indexOf(target);
  return names.filter((one) => one !== name).toSpliced(to, 0, name);
}

/** The columns of a choice, those that a group's page leaves out among them. @param {string[]} chosen */
function namesOf(chosen) {
  const known = [...new Set(chosen)].filter((name) => COLUMNS.some((column) => column.name === name));
  return known.length ? known : FIRST;
}

/** @param {Log} log */
function tokens({ usage }) {
  return usage.total_tokens || usage.input_tokens ? `${short(usage.input_tokens)} → ${short(usage.output_tokens)}` : "";
}

/** @param {Log} log */
function tokensInFull({ usage }) {
  return Object.entries(usage).filter(([, value]) => value).map(([name, value]) => `${name} ${count(/** @type {number} */ (value))}`).join("\n");
}
