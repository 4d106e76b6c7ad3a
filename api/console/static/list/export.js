// @ts-check
/** The export of exactly what is shown: same filters, same moment, the columns of the list. */

import { Problem, keyHeader, pathOf, retryAfter, sent } from "../api/request.js";
import { download } from "../frame/download.js";
import { Popover } from "../frame/popover.js";
import { loadedWindow, page } from "../state/load.js";
import { filters } from "../state/params.js";
import { preferences } from "../state/preferences.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { count, size } from "../time/format.js";
import { zoneName } from "../time/zone.js";
import { html, signal } from "../ui.js";
import { shownColumns } from "./columns.js";

/** @typedef {{state: "running" | "done" | "failed", text: string, abort: AbortController}} Export */
/** @type {import("../vendor/signals.d.ts").Signal<Export | null>} */
const running = signal(/** @type {Export | null} */ (null));

export function ExportMenu() {
  const total = page.value?.total ?? 0;
  return html`<${Popover} class="export" label=${t("export.label")} title=${t("export.title")}>${(/** @type {() => void} */ close) => html`<div class="menu">
      <p class="dim">${t("export.promise", { n: count(total) })}</p>
      <button class="plain" onClick=${() => (run("csv"), close())}>${t("export.csv")}</button>
      <button class="plain" onClick=${() => (run("ndjson"), close())}>${t("export.ndjson")}</button></div>`}</${Popover}>`;
}

export function ExportNote() {
  const found = running.value;
  if (!found) return null;
  const end = () => (found.abort.abort(), (running.value = null));
  return html`<div class="toast ${found.state}" role="status">${found.text}<button class="icon" aria-label=${t("close")} onClick=${end}>×</button></div>`;
}

/** @param {"csv" | "ndjson"} format */
async function run(format) {
  const abort = new AbortController();
  const report = (/** @type {Export["state"]} */ state, /** @type {string} */ text) => (running.value = { state, text, abort });
  report("running", t("export.running", { n: 0, size: size(0) }));
  try {
    const answer = await sent(exportPath(format), { headers: keyHeader(), signal: abort.signal });
    if (!answer.ok) throw new Problem(answer.status, (await answer.json().catch(() => null))?.message ?? "", retryAfter(answer));
    const promised = Number(answer.headers.get("X-Export-Total"));
    const file = await collected(answer, promised, report);
    download(`logs.${format}`, file);
    report("done", t("export.done", { n: count(promised), size: size(file.size) }));
  } catch (error) {
    if (!abort.signal.aborted) report("failed", t("export.failed", { reason: error instanceof Problem ? error.message : "" }));
  }
}

/** The file, with reports of how far it is. An incomplete answer throws. @param {Response} answer @param {number} promised @param {(state: "running", text: string) => void} report */
async function collected(answer, promised, report) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const parts = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(/** @type {BlobPart[]} */ (parts));
    parts.push(value);
    bytes += value.length;
    report("running", t("export.running", { n: count(promised), size: size(bytes) }));
  }
}

/** @param {"csv" | "ndjson"} format */
function exportPath(format) {
  const shown = view.peek();
  const columns = shownColumns(preferences.peek().columns, shown.group).flatMap((column) => column.exported);
  /** @type {[string, string][]} */
  const params = [...filters(shown, loadedWindow.peek()), ["order", shown.order], ["format", format]];
  if (page.peek()) params.push(["as_of", /** @type {any} */ (page.peek()).as_of]);
  if (format === "csv") params.push(["columns", columns.join(",")], ["timezone", zoneName(preferences.peek().zone)], ["bom", "true"]);
  else params.push(["include_detail", "false"]);
  return pathOf(shown.group, "export", params);
}
