// @ts-check
/** Ranges of numbers: as they are typed (`10s..`), as the API takes them (`10000..`), as people read them. Pure. */

import { count } from "../time/format.js";
import { HOUR_MS, MINUTE_MS } from "../time/zone.js";

/** @typedef {"amount" | "count" | "duration"} Kind */

const WHOLE = /^(0|-?[1-9]\d{0,18})$/;
const AMOUNT = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const DURATION = /^(-?\d+(?:\.\d+)?)(ms|s|m|min|h)?$/;
const INT64_MAX = 2n ** 63n - 1n;
/** @type {Record<string, number>} */
const UNITS_MS = { ms: 1, s: 1000, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS };

/** Whether the API takes this; "" means the logs that have no number. @param {Kind} kind @param {string} value */
export function isRange(kind, value) {
  if (value === "") return true;
  const ends = value.split("..");
  if (ends.length > 2 || !ends.some(Boolean) || !ends.every((end) => !end || isNumber(kind, end))) return false;
  const [from, to] = ends.map((end) => (kind === "amount" ? Number(end) : BigInt(end)));
  return !ends[0] || !ends[1] || from <= to;
}

/** What is typed as the API takes it; "" where it is no range. A bare duration is in milliseconds, as in the API. @param {Kind} kind @param {string} typed */
export function readRange(kind, typed) {
  const value = kind === "duration" ? inMilliseconds(typed.toLowerCase()) : typed;
  return isRange(kind, value) ? value : "";
}

/** A range as it is typed. @param {Kind} kind @param {string} value */
export function writeRange(kind, value) {
  return kind === "duration" ? mapped(value, (end) => written(end, "s", "ms")) : value;
}

/**
 * The ends as people read them, without losing a digit, and the key of the text that they stand in.
 * @param {Kind} kind @param {string} value @returns {{key: "range.from" | "range.to" | "range.between" | "", from: string, to: string}}
 */
export function describeRange(kind, value) {
  const show = kind === "duration" ? durationText : kind === "count" ? countText : String;
  const [from, to] = value.split("..").map((end) => (end ? show(end) : ""));
  const key = to === undefined || from === to ? "" : !to ? "range.from" : !from ? "range.to" : "range.between";
  return { key, from, to: to ?? "" };
}

/** @param {Kind} kind @param {string} text */
function isNumber(kind, text) {
  if (kind !== "amount") return WHOLE.test(text) && BigInt(text) <= INT64_MAX && BigInt(text) >= -INT64_MAX - 1n;
  const isTooSmall = Number(text) === 0 && /[1-9]/.test(text.split(/e/i)[0]);
  return AMOUNT.test(text) && Number.isFinite(Number(text)) && !isTooSmall;
}

/** In `10..30s` both ends are seconds. @param {string} typed */
function inMilliseconds(typed) {
  const units = typed.split("..").map((end) => DURATION.exec(end)?.[2]);
  const unit = units.find(Boolean);
  return mapped(typed, (end, index) => {
    const number = DURATION.exec(end)?.[1];
    const ms = UNITS_MS[units[index] ?? unit ?? ""];
    return number === undefined ? "x" : ms === undefined ? end : String(Math.round(Number(number) * ms));
  });
}

/** @param {string} value @param {(end: string, index: number) => string} change of each end that is there */
function mapped(value, change) {
  return value.split("..").map((end, index) => end && change(end, index)).join("..");
}

/** @param {string} ms */
function durationText(ms) {
  return Number(ms) % MINUTE_MS === 0 && Number(ms) !== 0 ? written(ms, " min", " ms") : written(ms, " s", " ms");
}

/** A duration in a larger unit if it has so much, and if no digit is lost. @param {string} ms @param {string} large @param {string} small */
function written(ms, large, small) {
  const number = Number(ms);
  if (!Number.isSafeInteger(number) || Math.abs(number) < 1000) return ms + small;
  return number / UNITS_MS[large.trim()] + large;
}

/** @param {string} text */
function countText(text) {
  return Number.isSafeInteger(Number(text)) ? count(Number(text)) : text;
}
