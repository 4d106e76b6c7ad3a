// @ts-check
/** Times in a time zone: what a clock there shows, and back. Pure. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone `local`, or a name @returns {string} its name */
export function zoneName(zone) {
  return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" : zone;
}

/** @param {string} zone */
export function isZone(zone) {
  try {
    return Boolean(clock(zone));
  } catch {
    return false;
  }
}

/**
 * What a clock in the zone shows, as the parts of a date in UTC.
 * @param {number} ms @param {string} zone
 */
export function wall(ms, zone) {
  const parts = Object.fromEntries(clock(zone).formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  const milliseconds = ((ms % 1000) + 1000) % 1000;
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second, milliseconds);
}

/**
 * The moment at which a clock in the zone shows this. Where clocks are set forward, the moment after the gap.
 * @param {number} shown as `wall` returns it @param {string} zone
 */
export function moment(shown, zone) {
  const guess = shown - (wall(shown, zone) - shown);
  return guess - (wall(guess, zone) - shown);
}

/** Midnight of the day that a moment belongs to. @param {number} ms @param {string} zone */
export function startOfDay(ms, zone) {
  const shown = wall(ms, zone);
  return moment(shown - (((shown % DAY_MS) + DAY_MS) % DAY_MS), zone);
}

/** @param {string} zone */
function clock(zone) {
  const name = zoneName(zone);
  let found = clocks.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: name, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
    clocks.set(name, found);
  }
  return found;
}
