// @ts-check
/** Times, durations and numbers as people read them. Pure. */

import { DAY_MS, HOUR_MS, MINUTE_MS, wall } from "./zone.js";

/** `2026-11-27 12:33:46.559` in the zone. @param {number} ms @param {string} zone */
export function fullTime(ms, zone) {
  return Number.isFinite(ms) ? new Date(wall(ms, zone)).toISOString().replace("T", " ").slice(0, 23) : "";
}

/** As short as the distance to `now` allows: the time of today to the millisecond, or the date and the second. @param {number} ms @param {string} zone @param {number} now */
export function shortTime(ms, zone, now) {
  const full = fullTime(ms, zone);
  const isToday = full.slice(0, 10) === fullTime(now, zone).slice(0, 10);
  return isToday ? full.slice(11) : full.slice(5, 19);
}

/** A label on the axis of a chart with bars of this length. @param {number} ms @param {string} zone @param {number} step ms */
export function axisTime(ms, zone, step) {
  const full = fullTime(ms, zone);
  if (step >= DAY_MS) return full.slice(0, 10);
  return step >= MINUTE_MS ? full.slice(5, 16) : full.slice(11, 19);
}

/** `850 ms`, `12.4 s`, `3 min 05 s`. @param {number | null | undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return ms < DAY_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${(ms / DAY_MS).toFixed(1)} d`;
}

/** `12,345`. @param {number | string | null | undefined} value */
export function count(value) {
  return typeof value === "number" ? value.toLocaleString("en-US") : String(value ?? "");
}

/** `12.3k`, `4.56M`. @param {number} value */
export function short(value) {
  if (Math.abs(value) < 10_000) return count(value);
  const [size, unit] = Math.abs(value) < 1e6 ? [1e3, "k"] : Math.abs(value) < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** An amount, with as many digits as it needs. @param {number} value */
export function amount(value) {
  if (!value) return "0";
  const digits = Math.abs(value) >= 100 ? 2 : Math.abs(value) >= 1 ? 4 : 6;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** `412 KB`. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `97.1 %`. @param {number} part @param {number} whole */
export function percent(part, whole) {
  return whole ? `${((part / whole) * 100).toFixed(part === whole || part === 0 ? 0 : 1)} %` : "–";
}

/** The time from the request to its end. @param {{request_at: string, created_at: string}} log @returns {number | null} */
export function durationOf(log) {
  const ms = Date.parse(log.created_at) - Date.parse(log.request_at);
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
