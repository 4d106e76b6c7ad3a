// @ts-check
/** Widths of columns that the reader has chosen, as a style sheet of their own: no row is drawn again. */

import { preferences } from "../state/preferences.js";
import { effect } from "../ui.js";
import { COLUMNS } from "./columns.js";

const NARROWEST = 36; // pixels
const WIDEST = 1200;

/** @typedef {Record<string, number>} Widths pixels, by the name of the column */

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
effect(() => applyWidths(preferences.value.widths));

/** @param {Widths} widths */
export function applyWidths(widths) {
  const rules = COLUMNS.filter(({ name }) => name in widths).map(({ name }) => rule(name, limited(widths[name])));
  sheet.replaceSync(`@media (min-width: 641px) { ${rules.join(" ")} }`);
}

/** Widths with another one; `null`: the usual one. @param {Widths} widths @param {string} name @param {number | null} pixels @returns {Widths} */
export function withWidth(widths, name, pixels) {
  const { [name]: _, ...others } = widths;
  return pixels === null ? others : { ...others, [name]: limited(pixels) };
}

/** @param {number} pixels */
function limited(pixels) {
  return Math.round(Math.min(Math.max(pixels, NARROWEST), WIDEST));
}

/** @param {string} name @param {number} pixels */
function rule(name, pixels) {
  return `.table tr > .of-${name} { width: ${pixels}px; min-width: ${pixels}px; max-width: ${pixels}px; }`;
}
