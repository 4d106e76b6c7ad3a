// @ts-check
/** Copies a text, and says that it did. Also where the page has no `https`, and browsers offer no clipboard. */

import { t } from "../text/text.js";
import { html, signal } from "../ui.js";

const SHOWN_MS = 1500;
const isCopied = signal(false);
let timer = 0;

/** @param {string} text */
export async function copy(text) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copySelected(text);
  isCopied.value = true;
  clearTimeout(timer);
  timer = setTimeout(() => (isCopied.value = false), SHOWN_MS);
}

export function CopiedNote() {
  return isCopied.value ? html`<div class="toast done" role="status">${t("copied")}</div>` : null;
}

/** The way of old browsers, which also works without `https`. @param {string} text */
function copySelected(text) {
  const area = document.createElement("textarea");
  area.value = text;
  const before = document.activeElement;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
}
