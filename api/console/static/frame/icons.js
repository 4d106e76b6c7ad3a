// @ts-check
/** Small pictures on buttons, drawn in the colour of the text. */

import { html } from "../ui.js";

/** Paths in a square of 16. @type {Record<string, string>} */
const PATHS = {
  clear: "M4 4l8 8M12 4l-8 8",
  compare: "M5 3v10m0 0L2.5 10.5M5 13l2.5-2.5M11 13V3m0 0L8.5 5.5M11 3l2.5 2.5",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  down: "M8 3v10m0 0l4-4M8 13L4 9",
  exclude: "M3.5 8h9",
  gear: "M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5zM8 1.800v2M8 12.200v2M1.800 8h2M12.200 8h2M3.600 3.600l1.400 1.400M11 11l1.400 1.400M12.400 3.600L11 5M5 11l-1.400 1.400",
  only: "M8 3.5v9M3.5 8h9",
  play: "M5 3.5l7 4.5l-7 4.5z",
  refresh: "M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9zM10.5 10.5l3.5 3.5",
  stop: "M4.5 4.5h7v7h-7z",
  up: "M8 13V3m0 0l4 4M8 3L4 7",
};

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="picture" viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" /></svg>`;
}
