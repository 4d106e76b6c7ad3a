// @ts-check
/** One log beside the list: its conversation, its bodies, its fields, what happened around it. */

import { statusClass } from "../list/table.js";
import { close, openBeside, opened, pinned } from "../state/opened.js";
import { nameOf } from "../state/params.js";
import { prefer, preferences } from "../state/preferences.js";
import { adjust, go, only, view } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, count, duration, durationOf, fullTime } from "../time/format.js";
import { html, useRef } from "../ui.js";
import { Around } from "./around.js";
import { Conversation } from "./conversation.js";
import { CopyMenu } from "./copy_menu.js";
import { Fields } from "./fields.js";
import { JsonPane } from "./json_pane.js";
import { PANES } from "./panes.js";
import { RawPane } from "./raw_pane.js";
import { Icon } from "../frame/icons.js";

/** @typedef {import("../types.d.ts").Log} Log */

const NARROWEST = 380;

export function Drawer() {
  const shown = opened.value;
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  if (!view.value.open || !shown) return null;
  const pane = PANES.includes(/** @type {any} */ (view.value.pane)) ? view.value.pane : "conversation";
  return html`<section class="drawer" ref=${frame} style=${{ "--drawer": `${preferences.value.drawer}px` }} aria-label=${t("drawer.label")}>
    <${Handle} />
    <${Head} log=${shown.log} />
    ${shown.problem && html`<p class="wrong" role="alert">${shown.problem.status === 404 ? t("drawer.gone") : shown.problem.message}</p>`}
    <div class="panes" role="tablist" aria-label=${t("drawer.panes")}>${PANES.map((name) => html`<button key=${name} role="tab" id=${`tab-${name}`} aria-controls="pane" aria-selected=${pane === name} onClick=${() => adjust({ pane: name })}>${t(`pane.${name}`)}</button>`)}</div>
    <div class="pane" id="pane" role="tabpanel" aria-labelledby=${`tab-${pane}`} tabindex="0">${shown.log && html`<${Pane} name=${pane} shown=${shown} />`}</div>
  </section>`;
}

/** @param {{name: string, shown: import("../state/opened.js").Opened}} props */
function Pane({ name, shown }) {
  const log = /** @type {Log} */ (shown.log);
  if (name === "fields") return html`<${Fields} log=${log} />`;
  if (name === "around") return html`<${Around} log=${log} />`;
  if (!shown.readings) return shown.problem ? null : html`<div class="state" aria-busy="true"><div class="ghost"></div><div class="ghost"></div></div>`;
  if (name === "raw") return html`<${RawPane} log=${log} />`;
  if (name === "json") return html`<${JsonPane} readings=${shown.readings} log=${log} isAssembled=${false} />`;
  if (name === "assembled") return html`<${JsonPane} readings=${shown.readings} log=${log} isAssembled=${true} />`;
  return html`<${Conversation} readings=${shown.readings} log=${log} key=${nameOf(log)} />`;
}

/** @param {{log: Log | null}} props */
function Head({ log }) {
  const { zone } = preferences.value;
  return html`<div class="drawer-head">
    <div class="line">
      ${log && html`<span class="status ${statusClass(log.code)}">${log.code || "–"}</span><b class="ellipsis">${log.model || "–"}</b>`}
      <span class="space"></span>
      <button class="icon" title=${t("drawer.previous")} aria-label=${t("drawer.previous")} onClick=${() => openBeside(-1)}><${Icon} name="up" /></button>
      <button class="icon" title=${t("drawer.next")} aria-label=${t("drawer.next")} onClick=${() => openBeside(1)}><${Icon} name="down" /></button>
      ${log && html`<${CompareButton} log=${log} /><${CopyMenu} log=${log} />`}
      <button class="icon" title=${t("close")} aria-label=${t("close")} onClick=${close}><${Icon} name="clear" /></button>
    </div>
    ${log && html`<dl class="facts">
      <div><dt>${t("column.time")}</dt><dd>${fullTime(Date.parse(log.created_at), zone)}</dd></div>
      <div><dt>${t("column.duration")}</dt><dd><${FromHere} field="duration_milliseconds" value=${durationOf(log)} text=${duration(durationOf(log))} /></dd></div>
      <div><dt>${t("column.ttfb")}</dt><dd><${FromHere} field="ttfb_milliseconds" value=${log.ttfb_milliseconds} text=${log.ttfb_milliseconds ? duration(log.ttfb_milliseconds) : "–"} /></dd></div>
      <div><dt>${t("column.tokens")}</dt><dd>${count(log.usage.input_tokens)} → ${count(log.usage.output_tokens)}</dd></div>
      <div><dt>${t("column.amount")}</dt><dd><${FromHere} field="used_amount" value=${log.used_amount} text=${amount(log.used_amount)} /></dd></div>
      <div><dt>${t("column.token_name")}</dt><dd class="ellipsis">${log.token_name || "–"}</dd></div>
    </dl>`}
    ${log?.content && html`<p class="content ${log.code === 200 ? "" : "bad"}">${log.content.slice(0, 2000)}</p>`}
  </div>`;
}

/** A number; a click shows the logs with this one and larger ones. @param {{field: string, value: number | null, text: string}} props */
function FromHere({ field, value, text }) {
  return value ? html`<button class="plain" title=${t("value.from")} onClick=${() => only(field, `${value}..`)}>${text}</button>` : text;
}

/** Pin a log, then compare another with it. @param {{log: Log}} props */
function CompareButton({ log }) {
  const other = pinned.value;
  if (other && nameOf(other) !== nameOf(log)) {
    return html`<button class="primary" onClick=${() => go({ compare: nameOf(other) })}>${t("compare.with")}</button>`;
  }
  const turn = () => (pinned.value = other ? null : log);
  return html`<button class="icon" aria-pressed=${other !== null} title=${t("compare.pin")} aria-label=${t("compare.pin")} onClick=${turn}><${Icon} name="compare" /></button>`;
}

/** The edge by which the drawer is made wider. */
function Handle() {
  const start = (/** @type {PointerEvent} */ event) => /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
  const move = (/** @type {PointerEvent} */ event) => {
    if (!(event.buttons & 1)) return;
    prefer({ drawer: Math.round(Math.min(Math.max(innerWidth - event.clientX, NARROWEST), innerWidth - 300)) });
  };
  return html`<div class="handle" role="presentation" onPointerDown=${start} onPointerMove=${move}></div>`;
}
