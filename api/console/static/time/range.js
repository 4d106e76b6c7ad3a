// @ts-check
/** The time window: what people type, and the moments that it means. Pure. */

import { DAY_MS, HOUR_MS, MINUTE_MS, moment, startOfDay } from "./zone.js";

/** @type {Record<string, number>} */
const UNITS = { s: 1000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
const RELATIVE = /^-\s*(\d{1,6})\s*([smhdw])$/;
const CLOCK = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?$/;
const FAR_PAST = -62_135_596_800_000;
const FAR_FUTURE = 253_402_300_799_999;

/** Windows to choose from: name → from, to. @type {[string, string, string][]} */
export const PRESETS = [
  ["15m", "-15m", ""], ["1h", "-1h", ""], ["6h", "-6h", ""], ["24h", "-24h", ""], ["7d", "-7d", ""], ["30d", "-30d", ""],
  ["today", "today", ""], ["yesterday", "yesterday", "today"], ["all", "", ""],
];

/**
 * What a person typed as a moment in the form that the address of the page keeps: `-2h`, `today`, or epoch ms.
 * Undefined for anything else. "" means open.
 * @param {string} text @param {string} zone @returns {string | undefined}
 */
export function readMoment(text, zone) {
  const typed = text.trim().toLowerCase();
  if (typed === "" || typed === "now") return "";
  if (typed === "today" || typed === "yesterday") return typed;
  const relative = RELATIVE.exec(typed);
  if (relative) return `-${Number(relative[1])}${relative[2]}`;
  const ms = absolute(text.trim(), zone);
  return ms !== undefined && ms >= FAR_PAST && ms <= FAR_FUTURE ? String(ms) : undefined;
}

/**
 * The moment that such a text means; null for an open end.
 * @param {string} text as `readMoment` returns it @param {number} now @param {string} zone @returns {number | null}
 */
export function resolve(text, now, zone) {
  if (text === "") return null;
  if (text === "today") return startOfDay(now, zone);
  if (text === "yesterday") return startOfDay(startOfDay(now, zone) - HOUR_MS, zone);
  const relative = RELATIVE.exec(text);
  return relative ? now - Number(relative[1]) * UNITS[relative[2]] : Number(text);
}

/**
 * Both ends, both inclusive. A window that ends where a day begins ends before it.
 * @param {{from: string, to: string}} window @param {number} now @param {string} zone
 */
export function resolveWindow(window, now, zone) {
  const end = resolve(window.to, now, zone);
  const isDay = window.to === "today" || window.to === "yesterday";
  return { start: resolve(window.from, now, zone), end: end !== null && isDay ? end - 1 : end };
}

/** @param {string} text @param {string} zone @returns {number | undefined} */
function absolute(text, zone) {
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  if (/^-?\d{11,15}$/.test(text)) return Number(text);
  const parts = CLOCK.exec(text);
  if (parts) {
    const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
    const milliseconds = Number((parts[7] ?? "").padEnd(3, "0") || 0);
    return moment(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds), zone);
  }
  const ms = /\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
