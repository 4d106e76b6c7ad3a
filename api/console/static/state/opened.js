// @ts-check
/** The log that the drawer shows: asked for with its bodies, one request for each log that is opened. */

import { readDetail, readLog } from "../api/logs.js";
import { Problem, asProblem, ask, keyChanges, pathOf } from "../api/request.js";
import { readBodies } from "../conversation/thread.js";
import { effect, signal, untracked } from "../ui.js";
import { nameOf } from "./params.js";
import { page } from "./load.js";
import { adjust, go, view } from "./view.js";
import { rows } from "./live.js";

/** @typedef {import("../types.d.ts").Log} Log */

/**
 * @typedef {object} Opened
 * @property {string} name as the address has it
 * @property {Log | null} log with its bodies, when they are there
 * @property {import("../conversation/thread.js").Readings | null} readings
 * @property {Problem | null} problem
 */

/** @type {import("../vendor/signals.d.ts").Signal<Opened | null>} */
export const opened = signal(/** @type {Opened | null} */ (null));
/** The log to compare with. @type {import("../vendor/signals.d.ts").Signal<Log | null>} */
export const pinned = signal(/** @type {Log | null} */ (null));

/** Start to follow what the address opens. */
export function startOpening() {
  let abort = new AbortController();
  let followed = "";
  effect(() => {
    const { open, group } = view.value;
    const wanted = JSON.stringify([open, group, keyChanges.value]); // with another key it is asked for again
    if (wanted === followed) return;
    followed = wanted;
    abort.abort();
    abort = new AbortController();
    untracked(() => follow(open, group, abort.signal));
  });
}

/** @param {string} name @param {string} group @param {AbortSignal} abort */
async function follow(name, group, abort) {
  if (!name) return void (opened.value = null);
  opened.value = { name, log: known(name), readings: null, problem: null };
  try {
    const log = await fetchLog(name, group, abort);
    const { request_body: request = "", response_body: answer = "" } = log.request_detail;
    if (abort.aborted) return;
    opened.value = { name, log, readings: null, problem: null };
    const readings = await readBodies(request, answer);
    if (!abort.aborted) opened.value = { name, log, readings, problem: null };
  } catch (error) {
    if (abort.aborted) return;
    opened.value = { name, log: known(name), readings: null, problem: asProblem(error) };
  }
}

/**
 * One log with its bodies. The time window does not matter: a link opens its log whatever the filters say.
 * @param {string} name @param {string} group @param {AbortSignal} [abort] @returns {Promise<Log>}
 */
export async function fetchLog(name, group, abort) {
  const [kind, rest] = name.startsWith("request:") || name.startsWith("at:") ? split(name) : ["id", name];
  if (kind === "request") return readDetail((await ask(pathOf(group, "detail", [["request_id", rest]]), abort)).data);
  if (kind === "id") return readDetail((await ask(pathOf(group, `detail/${encodeURIComponent(rest)}`), abort)).data);
  const moment = /** @type {[string, string][]} */ ([["start_timestamp", rest], ["end_timestamp", rest], ["per_page", "1"]]);
  const found = await ask(pathOf(group, "search", moment), abort);
  if (!found.data.logs.length) throw new Problem(404, "no such log");
  return readLog(found.data.logs[0]);
}

/** Open the log with this id of any kind, whatever the window; false where there is none. @param {string} text */
export async function openById(text) {
  const { group } = view.peek();
  const names = [`request:${text}`, .../^\d{1,19}$/.test(text) ? [text] : []];
  const found = await Promise.allSettled([...names.map((name) => fetchLog(name, group)), byUpstreamId(text, group)]);
  const first = found.findIndex((one) => one.status === "fulfilled");
  if (first >= 0) go({ open: names[first] ?? nameOf(/** @type {any} */ (found[first]).value), tab: "logs" });
  return first >= 0;
}

/** The newest log with this id of the provider. @param {string} text @param {string} group @returns {Promise<Log>} */
async function byUpstreamId(text, group) {
  const found = await ask(pathOf(group, "search", [["upstream_id", text], ["per_page", "1"], ["include_detail", "false"]]));
  if (!found.data.logs.length) throw new Problem(404, "no such log");
  return found.data.logs[0];
}

/** Open the next or the previous log of the list. @param {1 | -1} step */
export function openBeside(step) {
  const list = rows.peek();
  const at = list.findIndex((log) => nameOf(log) === view.peek().open);
  const next = list[at < 0 ? 0 : at + step];
  if (next) (view.peek().open ? adjust : go)({ open: nameOf(next) });
}

export function close() {
  go({ open: "", pane: "" });
}

/** What the list knows of a log. @param {string} name */
function known(name) {
  return page.peek()?.logs.find((log) => nameOf(log) === name) ?? rows.peek().find((log) => nameOf(log) === name) ?? null;
}

/** @param {string} name @returns {[string, string]} */
function split(name) {
  const colon = name.indexOf(":");
  return [name.slice(0, colon), name.slice(colon + 1)];
}
