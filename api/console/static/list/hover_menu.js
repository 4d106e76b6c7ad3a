// @ts-check
/** The buttons beside a value under the mouse: only this, not this, copy. One menu for the whole list. */

import { copy } from "../frame/clipboard.js";
import { addCondition, only } from "../state/view.js";
import { t } from "../text/text.js";
import { html } from "../ui.js";
import { Icon } from "../frame/icons.js";

const WIDTH = 90;

/** @typedef {{field: string, value: string, cell: HTMLElement}} Hovered */

/**
 * The value under the mouse; the same object while it is the same one.
 * @param {MouseEvent} event @param {Hovered | null} before @returns {Hovered | null}
 */
export function valueAt(event, before) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest(".hover-menu")) return before;
  const cell = /** @type {HTMLElement | null} */ (target.closest("td[data-field]"));
  if (!cell || cell === before?.cell) return cell ? before : null;
  const { field = "", value = "" } = cell.dataset;
  return field ? { field, value: value === "0" ? "" : value, cell } : null;
}

/** @param {{hovered: Hovered | null}} props */
export function HoverMenu({ hovered }) {
  if (!hovered) return null;
  const { field, value, cell } = hovered;
  const row = /** @type {HTMLElement} */ (cell.parentElement);
  const frame = /** @type {HTMLElement} */ (cell.closest(".table"));
  const place = { top: `${row.offsetTop}px`, left: `${Math.min(cell.offsetLeft + cell.offsetWidth, frame.scrollLeft + frame.clientWidth - WIDTH)}px`, height: `${row.offsetHeight}px` };
  return html`<div class="hover-menu" style=${place}>
    <button tabindex="-1" title=${t("value.only")} onClick=${() => only(field, value)}><${Icon} name="only" /></button>
    <button tabindex="-1" title=${t("value.exclude")} onClick=${() => addCondition({ field, value, exclude: true })}><${Icon} name="exclude" /></button>
    <button tabindex="-1" title=${t("value.copy")} onClick=${() => copy(value)}><${Icon} name="copy" /></button>
  </div>`;
}
