// @ts-check
/** The keys of the page. They do nothing while somebody types. */

import { close, openBeside } from "../state/opened.js";
import { refresh } from "../state/load.js";
import { adjust, search, view } from "../state/view.js";
import { PANES } from "../drawer/panes.js";

/** @param {() => void} onHelp */
export function listenToKeys(onHelp) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && view.peek().open && !target.matches("input")) return close();
    if (target.closest("input, textarea, select")) return;
    if (act(event.key, onHelp)) event.preventDefault();
  });
}

/** @param {string} key @param {() => void} onHelp @returns {boolean} whether the key means something */
function act(key, onHelp) {
  const shown = view.peek();
  const isArrow = key === "ArrowDown" || key === "ArrowUp";
  if (key === "/") document.getElementById("query")?.focus();
  else if (key === "?") onHelp();
  else if (key === "j" || (key === "ArrowDown" && shown.open)) openBeside(1);
  else if (key === "k" || (key === "ArrowUp" && shown.open)) openBeside(-1);
  else if (key === "l" && shown.tab === "logs") search({ live: !shown.live, order: "created_at-desc" });
  else if (key === "r") refresh();
  else if (/^[1-6]$/.test(key) && shown.open) adjust({ pane: PANES[Number(key) - 1] ?? "" });
  else return false;
  return !isArrow || Boolean(shown.open);
}
