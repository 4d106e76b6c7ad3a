// @ts-check
/** What happened just before and after: logs of the same token, user, address, model, channel or group. */

import { readLog } from "../api/logs.js";
import { ask, pathOf } from "../api/request.js";
import { statusClass } from "../list/table.js";
import { nameOf } from "../state/params.js";
import { preferences } from "../state/preferences.js";
import { adjust, view } from "../state/view.js";
import { t } from "../text/text.js";
import { duration, fullTime, short } from "../time/format.js";
import { html, useEffect, useState } from "../ui.js";

/** @typedef {import("../types.d.ts").Log} Log */

const KINDS = ["token", "user", "group", "ip", "model", "channel", "any"];
const SIDE = 10;

/** @param {{log: Log}} props */
export function Around({ log }) {
  const { group } = view.value;
  const [by, setBy] = useState("token");
  const [found, setFound] = useState(/** @type {import("../types.d.ts").Neighbours | null} */ (null));
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    const path = pathOf(group, `neighbours/${log.id}`, [["by", by], ["size", String(SIDE)]]);
    ask(path, abort.signal).then(({ data }) => (setFound(data), setWrong("")), (error) => !abort.signal.aborted && setWrong(error.message));
    return () => abort.abort();
  }, [by, log.id, group]);
  if (!log.id) return html`<p class="dim empty">${t("around.no_id")}</p>`;
  const kinds = group ? KINDS.filter((kind) => kind !== "channel" && kind !== "group") : KINDS;
  return html`<div class="around"><label class="select">${t("around.by")} <select value=${by} onChange=${(/** @type {any} */ event) => setBy(event.target.value)}>
      ${kinds.map((kind) => html`<option value=${kind}>${t(`around.${kind}`)}</option>`)}</select></label>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
    ${found && html`<ol>${[...found.before, found.log, ...found.after].map(readLog).map((one) => html`<${Line} key=${nameOf(one)} log=${one} isThis=${nameOf(one) === nameOf(log)} centre=${log} />`)}</ol>`}</div>`;
}

/** @param {{log: Log, isThis: boolean, centre: Log}} props */
function Line({ log, isThis, centre }) {
  const distance = Date.parse(log.created_at) - Date.parse(centre.created_at);
  return html`<li class=${isThis ? "this" : ""}><button class="plain" aria-current=${isThis} onClick=${() => adjust({ open: nameOf(log), pane: "conversation" })}>
    <span class="dim">${fullTime(Date.parse(log.created_at), preferences.value.zone).slice(11)}</span><span class="distance">${isThis ? t("around.this") : `${distance < 0 ? "−" : "+"}${duration(Math.abs(distance))}`}</span>
    <span class="status ${statusClass(log.code)}">${log.code || "–"}</span><span>${log.model}</span><span class="dim">${short(log.usage.total_tokens)}</span><span class="ellipsis">${log.content.slice(0, 120)}</span></button></li>`;
}
