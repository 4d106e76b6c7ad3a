// @ts-check
/** The list of logs: a row answers without being opened. */

import { fromFirstFound, readFragment } from "../query/marks.js";
import { arrived, isPaused, pause, rows } from "../state/live.js";
import { isLoading, page } from "../state/load.js";
import { nameOf } from "../state/params.js";
import { preferences } from "../state/preferences.js";
import { adjust, go, view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useEffect, useMemo, useRef, useState } from "../ui.js";
import { shownColumns } from "./columns.js";
import { foldTries } from "./fold.js";
import { Headings } from "./headings.js";
import { HoverMenu, valueAt } from "./hover_menu.js";

/** @typedef {import("../types.d.ts").Log} Log @typedef {import("./columns.js").Column} Column */

const HOVER_MS = 200; // the menu does not follow a mouse that passes by
const BEFORE_FOUND = 14; // characters of a fragment before the first word that was found

export function Table() {
  const { group, open } = view.value;
  const columns = shownColumns(preferences.value.columns, group);
  const list = rows.value;
  const folded = useMemo(() => foldTries(list), [list]);
  const found = useMemo(() => highlights(page.value), [page.value]);
  const [unfolded, setUnfolded] = useState(/** @type {string} */ (""));
  const [hovered, setHovered] = useState(/** @type {import("./hover_menu.js").Hovered | null} */ (null));
  const timer = useRef(0);
  const hover = (/** @type {import("./hover_menu.js").Hovered | null} */ next) => {
    clearTimeout(timer.current);
    if (next !== hovered) timer.current = setTimeout(() => setHovered(next), HOVER_MS);
  };
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  useKeptInSight(body, open);
  const onScroll = (/** @type {any} */ event) => view.peek().live && event.currentTarget.scrollTop > 40 && !isPaused.peek() && pause();
  const fresh = new Set(arrived.value.slice(0, 50));
  const row = (/** @type {Log} */ log, /** @type {number} */ tries, /** @type {boolean} */ isTry) => html`<${Row}
    key=${nameOf(log) + log.created_at} log=${log} columns=${columns} isOpen=${nameOf(log) === open} tries=${tries} isTry=${isTry}
    isFresh=${fresh.has(log)} highlight=${found.get(log)} onTries=${() => setUnfolded(unfolded === log.request_id ? "" : log.request_id)} />`;
  return html`<div class="table ${isLoading.value && page.value ? "stale" : ""}" onScroll=${onScroll} onMouseLeave=${() => hover(null)}
      onMouseOver=${(/** @type {MouseEvent} */ event) => hover(valueAt(event, hovered))} tabindex="0" role="region" aria-label=${t("list.label")}>
    <table class="${preferences.value.columns.length ? "" : "usual"} ${columns.some(({ name }) => name === "text") ? "" : "tight"}">
      <${Headings} columns=${columns} />
      <tbody ref=${body} onClick=${openClicked} onKeyDown=${openFocused}>
        ${folded.flatMap(({ log, tries }) => [row(log, tries.length, false), ...(unfolded && unfolded === log.request_id ? tries.map((one) => row(one, 0, true)) : [])])}
      </tbody>
    </table>
    <${HoverMenu} hovered=${hovered} />
  </div>`;
}

/**
 * @param {{log: Log, columns: Column[], isOpen: boolean, tries: number, isTry: boolean, isFresh: boolean,
 *   highlight: import("../types.d.ts").Highlight | undefined, onTries: () => void}} props
 */
function Row({ log, columns, isOpen, tries, isTry, isFresh, highlight, onTries }) {
  const classes = [isOpen && "open", isTry && "try", isFresh && "fresh", log.code !== 200 && "failed"].filter(Boolean).join(" ");
  return html`<tr class=${classes} tabindex="0" data-name=${nameOf(log)} aria-selected=${isOpen}>
    ${columns.map((column) => html`<${Cell} key=${column.name} log=${log} column=${column} highlight=${highlight} tries=${tries} onTries=${onTries} />`)}
  </tr>`;
}

/** @param {any} props */
function Cell({ log, column, highlight, tries, onTries }) {
  const { zone } = preferences.value;
  if (column.name === "text") return html`<td class="text"><div class="glimpse ${isContent(log, highlight) ? "went-wrong" : ""}"><${Glimpse} log=${log} highlight=${highlight} /></div></td>`;
  const text = column.text(log, zone, Date.now());
  const title = column.title ? column.title(log, zone) : text;
  if (column.name === "code") {
    return html`<td class="of-code" data-field="code" data-value=${log.code}><span class="status ${statusClass(log.code)}">${text}</span>${tries > 0 && html`<button
      class="tries" title=${t("list.tries", { n: tries + 1 })} onClick=${onTries}>×${tries + 1}</button>`}</td>`;
  }
  return html`<td class="of-${column.name} ${column.isNumber ? "number" : ""}" title=${title} data-field=${column.field} data-value=${column.field ? String(log[column.field] ?? "") : undefined}>${text}</td>`;
}

/** Whether the glimpse is of the message of the gateway. @param {Log} log @param {import("../types.d.ts").Highlight} [highlight] */
function isContent(log, highlight) {
  const [where] = Object.keys(highlight?.fragments ?? {});
  return where ? where === "content" : Boolean(log.content) && !highlight?.matched.length;
}

/** The words that were found, or what went wrong, or who asked. @param {{log: Log, highlight?: import("../types.d.ts").Highlight}} props */
function Glimpse({ log, highlight }) {
  const [where, fragments] = Object.entries(highlight?.fragments ?? {})[0] ?? [];
  if (fragments?.length) {
    const parts = fromFirstFound(readFragment(fragments[0]), BEFORE_FOUND);
    return html`<span class="where">${t(`where.${where}`)}</span> ${parts.map((part) => (part.isFound ? html`<mark>${part.text}</mark>` : part.text))}`;
  }
  const exact = highlight?.matched.find((field) => !(field in (highlight?.fragments ?? {})));
  if (exact) return html`<span class="where">${t(`column.${exact}`)}</span> <mark>${String(log[exact] ?? "")}</mark>`;
  if (log.content) return log.content.slice(0, 300);
  return html`<span class="dim">${[log.user, log.endpoint].filter(Boolean).join(" · ").slice(0, 200)}</span>`;
}

/** @param {number} code */
export function statusClass(code) {
  if (code === 200) return "ok";
  return code === 429 || (code >= 400 && code < 500) ? "warn" : code ? "bad" : "none";
}

/** @param {MouseEvent} event */
function openClicked(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = target.closest("tr");
  const isText = String(getSelection()).length > 0; // somebody marks text to copy it
  if (row && !target.closest("button") && !isText) openRow(row);
}

/** @param {KeyboardEvent} event */
function openFocused(event) {
  const row = /** @type {HTMLElement} */ (event.target).closest("tr");
  if (event.key === "Enter" && row === event.target && row) openRow(row);
}

/** @param {HTMLElement} row */
function openRow(row) {
  const name = row.dataset.name ?? "";
  (view.peek().open ? adjust : go)({ open: name === view.peek().open ? "" : name });
}

/** @param {{current: HTMLElement | null}} body @param {string} open */
function useKeptInSight(body, open) {
  useEffect(() => {
    if (open) body.current?.querySelector(`tr[data-name="${CSS.escape(open)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [open]);
}

/** @param {import("../types.d.ts").Page | null} found @returns {Map<Log, import("../types.d.ts").Highlight>} */
function highlights(found) {
  return new Map((found?.highlights ?? []).map((one, index) => [/** @type {any} */ (found).logs[index], one]));
}
