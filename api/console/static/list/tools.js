// @ts-check
/** The line above the list: the total, new logs, status, live, columns, export, the request behind the page. */

import { copy } from "../frame/clipboard.js";
import { pathOf } from "../api/request.js";
import { Popover } from "../frame/popover.js";
import { newer } from "../state/fresh.js";
import { arrived, isPaused, pause, resume, tailState, waiting } from "../state/live.js";
import { loadedWindow, message, page, refresh } from "../state/load.js";
import { pageParams } from "../state/params.js";
import { ignored, search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { count } from "../time/format.js";
import { html } from "../ui.js";
import { ColumnMenu } from "./column_menu.js";
import { ExportMenu } from "./export.js";
import { Icon } from "../frame/icons.js";

export function Tools() {
  const total = page.value?.total;
  return html`<div class="tools">
    <b class="total" role="status">${total === undefined ? "" : t("list.total", { n: count(total) })}</b>
    ${newer.value.count > 0 && html`<button class="pill" onClick=${() => refresh(newer.value.asOf)}>${t("list.newer", { n: count(newer.value.count) })}</button>`}
    <${LiveNote} />
    ${[message.value, ignored.value.length ? t("address.ignored", { names: ignored.value.join(", ") }) : ""].filter(Boolean).map((text) => html`<span class="note" role="status">${text}</span>`)}
    <span class="space"></span>
    <${ColumnMenu} /><${ExportMenu} /><${AsRequest} />
  </div>`;
}

function LiveNote() {
  if (!view.value.live) return null;
  if (isPaused.value) return html`<button class="pill" onClick=${resume}>${t("live.paused", { n: count(waiting.value.length) })}</button>`;
  if (tailState.value === "open") return html`<button class="pill live" onClick=${pause}><i class="dot ok"></i>${t("live.open", { n: count(arrived.value.length) })}</button>`;
  if (tailState.value === "ended") return html`<button class="pill" onClick=${() => refresh()}><i class="dot warn"></i>${t("live.ended")}</button>`;
  return html`<span class="pill"><i class="dot warn"></i>${t("live.waiting")}</span>`;
}

export function StatusChoice() {
  const { status } = view.value;
  const choices = /** @type {const} */ (["all", "success", "error"]);
  return html`<div class="segments" role="group" aria-label=${t("status.label")}>${choices.map((one) => html`<button key=${one} aria-pressed=${status === one} class=${one} onClick=${() => search({ status: one })}>${t(`status.${one}`)}</button>`)}</div>`;
}

export function LiveSwitch() {
  const { live } = view.value;
  const turn = () => search({ live: !live, order: "created_at-desc" });
  return html`<button class="live-switch" aria-pressed=${live} title=${t("live.title")} onClick=${turn}><${Icon} name=${live ? "stop" : "play"} /> ${t("live.label")}</button>
    <button class="icon refresh" title=${t("list.refresh")} aria-label=${t("list.refresh")} onClick=${() => refresh()}><${Icon} name="refresh" /></button>`;
}

/** What the page asked of the API, for a terminal. */
function AsRequest() {
  const text = () => {
    const shown = view.peek();
    const params = pageParams(shown, loadedWindow.peek(), "").filter(([, value]) => value !== "");
    return `curl -H "Authorization: Bearer $KEY" '${location.origin}${pathOf(shown.group, "search", params).replaceAll("'", "%27")}'`;
  };
  return html`<${Popover} class="as-request" label="</>" title=${t("request.title")}>${() => html`<div class="menu wide"><p class="dim">${t("request.hint")}</p><pre tabindex="0">${text()}</pre>
    <button onClick=${() => copy(text())}>${t("value.copy")}</button></div>`}</${Popover}>`;
}
