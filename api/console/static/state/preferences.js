// @ts-check
/** What this browser remembers: language, theme, time zone, columns and their order, widths. */

import { effect, signal } from "../ui.js";

const NAME = "gateway-logs.preferences";
const WORDS = /** @type {const} */ ({ theme: ["auto", "light", "dark"], language: ["auto", "en", "zh"] });
const FIRST = {
  theme: "auto", language: "auto", zone: "local", columns: /** @type {string[]} */ ([]), widths: /** @type {Record<string, number>} */ ({}), drawer: 640,
  histogram: true, facets: true,
};

/** @typedef {typeof FIRST} Preferences */

/** @type {import("../vendor/signals.d.ts").Signal<Preferences>} */
export const preferences = signal({ ...FIRST, ...stored() });
effect(() => localStorage.setItem(NAME, JSON.stringify(preferences.value)));

/** @param {Partial<Preferences>} changed */
export function prefer(changed) {
  preferences.value = { ...preferences.value, ...changed };
}

/** The values of a former visit that still make sense. @returns {Partial<Preferences>} */
function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    const entries = Object.entries(FIRST).filter(([name, first]) => typeof found[name] === typeof first);
    return Object.fromEntries(entries.map(([name]) => [name, found[name]]).filter(([name, value]) => isKnown(name, value)));
  } catch {
    return {};
  }
}

/** @param {string} name @param {unknown} value */
function isKnown(name, value) {
  const words = name === "theme" || name === "language" ? WORDS[name] : null;
  if (name === "columns") return Array.isArray(value);
  if (name === "widths") return value !== null && Object.values(/** @type {object} */ (value)).every(Number.isFinite);
  return !words || /** @type {readonly unknown[]} */ (words).includes(value);
}
