// @ts-check
/** The headings of the list: they sort, are dragged to another place, and their edges change widths. All of it by keyboard too. */

import { prefer, preferences } from "../state/preferences.js";
import { go, view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useLayoutEffect, useRef, useState } from "../ui.js";
import { moved } from "./columns.js";
import { applyWidths, withWidth } from "./widths.js";

/** @typedef {import("./columns.js").Column} Column */

const SORTABLE = { time: "created_at", request_id: "id" };
const STEP = 16; // pixels that a key changes a width by

/** @param {{columns: Column[]}} props */
export function Headings({ columns }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  const focused = useRef("");
  const [dragged, setDragged] = useState("");
  const [over, setOver] = useState("");
  useLayoutEffect(() => { // an element that moves loses the focus
    if (focused.current) /** @type {HTMLElement | undefined} */ (headingOf(row.current, focused.current)?.querySelector("button") ?? headingOf(row.current, focused.current))?.focus();
    focused.current = "";
  });
  const press = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const cell = /** @type {HTMLElement} */ (event.target).closest("th");
    if (!step || !cell || event.ctrlKey || event.metaKey || event.altKey === event.shiftKey) return;
    event.preventDefault();
    const name = String(cell.dataset.column);
    if (event.shiftKey) return widen(name, cell.offsetWidth + step * STEP);
    const target = columns[columns.findIndex((column) => column.name === name) + step];
    if (!target) return;
    focused.current = name;
    place(name, target.name);
  };
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    if (over) place(dragged, over);
  };
  const hover = (/** @type {DragEvent} */ event) => {
    const name = dragged && /** @type {HTMLElement} */ (event.target).closest("th")?.dataset.column;
    if (name) event.preventDefault();
    setOver(name && name !== dragged ? name : "");
  };
  const start = (/** @type {DragEvent} */ event) => {
    event.dataTransfer?.setData("application/x-column", "moved"); // without data some browsers drag nothing
    setDragged(/** @type {HTMLElement} */ (event.target).closest("th")?.dataset.column ?? "");
  };
  return html`<thead><tr ref=${row} onKeyDown=${press} onDragStart=${start} onDragOver=${hover} onDrop=${drop} onDragEnd=${() => (setDragged(""), setOver(""))}>
    ${columns.map((column) => html`<${Heading} key=${column.name} column=${column} side=${over === column.name ? sideOf(columns, dragged, over) : ""} />`)}</tr></thead>`;
}

/** @param {{column: Column, side: string}} props */
function Heading({ column: { name, isNumber }, side }) {
  const field = /** @type {Record<string, string>} */ (SORTABLE)[name];
  const [by, direction] = view.value.order.split("-");
  const isSorted = by === field;
  const next = isSorted && direction === "desc" ? "asc" : "desc";
  const text = t(`column.${name}`);
  const order = field ? (isSorted ? (direction === "desc" ? "descending" : "ascending") : "none") : undefined;
  return html`<th scope="col" class="of-${name} ${isNumber ? "number" : ""} ${side}" data-column=${name} draggable="true" title=${t("columns.hint")} aria-sort=${order} tabindex=${field ? undefined : 0}>
    ${field ? html`<button class="plain" onClick=${() => go({ order: `${field}-${next}`, page: 1 })}>${text}
      <span aria-hidden="true">${isSorted ? (direction === "desc" ? " ↓" : " ↑") : ""}</span></button>` : text}
    ${name !== "text" && html`<${Edge} name=${name} />`}</th>`;
}

/** The edge by which a column is made wider. @param {{name: string}} props */
function Edge({ name }) {
  const drag = useRef({ shift: 0, hasMoved: false }); // `shift`: pixels from the width to the mouse
  const edge = (/** @type {PointerEvent} */ event) => /** @type {HTMLElement} */ (event.currentTarget);
  const begin = (/** @type {PointerEvent} */ event) => {
    edge(event).setPointerCapture(event.pointerId);
    drag.current = { shift: event.clientX - /** @type {HTMLElement} */ (edge(event).parentElement).offsetWidth, hasMoved: false };
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!edge(event).hasPointerCapture(event.pointerId)) return;
    drag.current.hasMoved = true;
    applyWidths(withWidth(preferences.peek().widths, name, event.clientX - drag.current.shift));
  };
  const end = (/** @type {PointerEvent} */ event) => drag.current.hasMoved && widen(name, event.clientX - drag.current.shift);
  return html`<span class="edge" aria-hidden="true" title=${t("columns.edge")} onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
    onPointerDown=${begin} onPointerMove=${move} onPointerUp=${end} onDblClick=${() => prefer({ widths: withWidth(preferences.peek().widths, name, null) })}></span>`;
}

/** @param {string} name @param {string} target */
function place(name, target) {
  prefer({ columns: moved(preferences.peek().columns, name, target) });
}

/** @param {string} name @param {number} pixels */
function widen(name, pixels) {
  prefer({ widths: withWidth(preferences.peek().widths, name, pixels) });
}

/** On which side of a heading a dragged one is put. @param {Column[]} columns @param {string} dragged @param {string} over */
function sideOf(columns, dragged, over) {
  const at = (/** @type {string} */ name) => columns.findIndex((column) => column.name === name);
  return at(dragged) < at(over) ? "drop-after" : "drop-before";
}

/** @param {HTMLElement | null} row @param {string} name @returns {HTMLElement | null | undefined} */
function headingOf(row, name) {
  return row?.querySelector(`th[data-column="${name}"]`);
}
