// @ts-check
/** Two logs beside each other: the fields that differ, the requests line by line, both answers. */

import { asText } from "../conversation/parts.js";
import { readBodies } from "../conversation/thread.js";
import { fetchLog, pinned } from "../state/opened.js";
import { adjust, view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { LongText } from "../drawer/long_text.js";
import { diffLines } from "./diff.js";

/** @typedef {import("../types.d.ts").Log} Log @typedef {import("../conversation/thread.js").Readings} Readings */
/** @typedef {{log: Log, readings: Readings}} Side */

const MAX_LINES = 2_000;

export function Compare() {
  const { compare, open, group } = view.value;
  const [sides, setSides] = useState(/** @type {Side[] | null} */ (null));
  const [wrong, setWrong] = useState("");
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (!compare || !open) return;
    dialog.current?.showModal();
    setSides(null);
    Promise.all([side(compare, group), side(open, group)]).then(setSides, (error) => setWrong(error.message));
  }, [compare, open, group]);
  if (!compare || !open) return null;
  const close = () => (adjust({ compare: "" }), (pinned.value = null));
  return html`<dialog class="compare" ref=${dialog} onClose=${close} aria-label=${t("compare.title")}>
    <div class="dialog-head"><h2>${t("compare.title")}</h2><button class="icon" aria-label=${t("close")} onClick=${close}>×</button></div>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
    ${sides ? html`<${Both} left=${sides[0]} right=${sides[1]} />` : !wrong && html`<div class="ghost"></div>`}
  </dialog>`;
}

/** @param {string} name @param {string} group @returns {Promise<Side>} */
async function side(name, group) {
  const log = await fetchLog(name, group);
  const { request_body: request = "", response_body: answer = "" } = log.request_detail;
  return { log, readings: await readBodies(request, answer) };
}

/** @param {{left: Side, right: Side}} props */
function Both({ left, right }) {
  const rows = differing(left.log, right.log);
  const lines = diffLines(said(left.readings.request), said(right.readings.request));
  return html`<h3>${t("compare.fields", { n: rows.length })}</h3>
    <table class="fields"><tbody>${rows.map(([name, a, b]) => html`<tr key=${name}><th scope="row">${name}</th><td class="left">${a}</td><td class="right">${b}</td></tr>`)}</tbody></table>
    <h3>${t("compare.requests")}</h3>
    <pre class="diff" tabindex="0">${lines.slice(0, MAX_LINES).map((line, index) => html`<div key=${index} class=${line.kind}>${line.kind === "same" ? "  " : line.kind === "left" ? "− " : "+ "}${line.text}</div>`)}</pre>
    <h3>${t("compare.answers")}</h3>
    <div class="answers">${[left, right].map((one, index) => html`<pre key=${index} tabindex="0"><${LongText} text=${said(one.readings.answer) || one.readings.answer.error || one.log.content} found=${null} /></pre>`)}</div>`;
}

/** @param {import("../conversation/parts.js").Reading} reading */
function said(reading) {
  const messages = reading.messages.map((message) => `${message.role}:\n${message.parts.map((part) => (part.kind === "media" ? `[${part.media}]` : `${part.name ? `${part.name} ` : ""}${part.text}`)).join("\n")}`);
  return messages.length ? messages.join("\n\n") : asText(reading.json);
}

/** The fields that differ. @param {Log} left @param {Log} right @returns {[string, string, string][]} */
function differing(left, right) {
  const [a, b] = [flat(left), flat(right)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !name.endsWith("_body"));
  return names.filter((name) => a[name] !== b[name]).map((name) => [name, a[name] ?? "", b[name] ?? ""]);
}

/** @param {any} from @returns {Record<string, string>} */
function flat(from, prefix = "") {
  return Object.fromEntries(Object.entries(from).flatMap(([name, value]) => {
    if (value === null || typeof value !== "object") return [[prefix + name, String(value ?? "")]];
    return Object.entries(flat(value, `${prefix}${name}.`));
  }));
}
