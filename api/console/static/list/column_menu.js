// @ts-check
/** The menu that chooses the columns and their order. */

import { Popover } from "../frame/popover.js";
import { prefer, preferences } from "../state/preferences.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useLayoutEffect, useRef } from "../ui.js";
import { moved, offeredColumns, shownColumns, turned } from "./columns.js";

export function ColumnMenu() {
  return html`<${Popover} class="columns" label=${t("columns.label")} title=${t("columns.title")}>${() => html`<${Choice} />`}</${Popover}>`;
}

function Choice() {
  const { group } = view.value;
  const { columns } = preferences.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const focused = useRef("");
  useLayoutEffect(() => { // an element that moves, or cannot be used any more, loses the focus
    const line = focused.current.split(" ")[0];
    const wanted = [`button[data-key="${focused.current}"]:enabled`, `input[data-key="${line}"]`].map((one) => box.current?.querySelector(one));
    if (line) /** @type {HTMLElement | undefined} */ (wanted.find(Boolean))?.focus();
    focused.current = "";
  });
  const shown = shownColumns(columns, group).map((column) => column.name);
  const others = offeredColumns(group).map((column) => column.name).filter((name) => !shown.includes(name));
  const turn = (/** @type {string} */ name) => {
    focused.current = name;
    prefer({ columns: turned(columns, name) });
  };
  const Move = (/** @type {string} */ name, /** @type {-1 | 1} */ step) => {
    const target = shown[shown.indexOf(name) + step];
    const key = `${name} ${step}`;
    const move = () => {
      focused.current = key;
      prefer({ columns: moved(columns, name, target) });
    };
    const label = t(step < 0 ? "columns.left" : "columns.right", { name: t(`column.${name}`) });
    return html`<button class="icon" data-key=${key} disabled=${!target} aria-label=${label} title=${label} onClick=${move}>${step < 0 ? "↑" : "↓"}</button>`;
  };
  return html`<div class="menu" ref=${box}>
    ${[...shown, ...others].map((name) => html`<div class="line" key=${name}><label class="line"><input type="checkbox" data-key=${name} checked=${shown.includes(name)} onChange=${() => turn(name)} /> ${t(`column.${name}`)}</label>
      <span class="space"></span>${shown.includes(name) && html`${Move(name, -1)}${Move(name, 1)}`}</div>`)}
    <button class="plain" onClick=${() => prefer({ columns: [], widths: {} })}>${t("columns.reset")}</button></div>`;
}
