// @ts-check
/** Both bodies as trees; each level is built when it is unfolded. */

import { patternOf } from "../query/marks.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { size } from "../time/format.js";
import { html, useMemo, useState } from "../ui.js";
import { LongText } from "./long_text.js";

const MANY = 50; // members that are shown at first
const FEW = 20; // of a longer list each member is folded: the pieces of a stream are hundreds
const NAMES = 6; // of the members of what is folded
const BASE64 = /^(?:data:([\w.+/-]+);base64,)?[A-Za-z0-9+/]{1000,}={0,2}$/;

/** @param {{readings: import("../conversation/thread.js").Readings, log: import("../types.d.ts").Log, isAssembled: boolean}} props */
export function JsonPane({ readings, log, isAssembled }) {
  const found = useMemo(() => patternOf(view.value.query), [view.value.query]);
  const { request, answer } = readings;
  const pieces = useMemo(() => (answer.isStreamed && !isAssembled ? linesOf(log.request_detail.response_body ?? "") : answer.json), [answer, isAssembled]);
  if (isAssembled) return html`<${Section} title=${t("conversation.answer")} json=${answer.json} found=${found} note=${answer.isStreamed ? t("assembled.stream") : t("assembled.whole")} />`;
  return html`<${Section} title=${t("conversation.request")} json=${request.json} found=${found} /><${Section} title=${t("conversation.answer")} json=${pieces} found=${found} />`;
}

/** @param {{title: string, json: unknown, found: RegExp | null, note?: string}} props */
function Section({ title, json, found, note }) {
  return html`<section class="json"><h2>${title}</h2>${note && html`<p class="dim">${note}</p>`}${json === undefined ? html`<p class="dim">${t("json.none")}</p>` : html`<${Node} name="" value=${json} isUnfolded=${true} depth=${0} found=${found} />`}</section>`;
}

/** @param {{name: string, value: any, isUnfolded: boolean, depth: number, found: RegExp | null}} props */
function Node({ name, value, isUnfolded, depth, found }) {
  const [isOpen, setIsOpen] = useState(isUnfolded);
  const [many, setMany] = useState(MANY);
  if (value === null || typeof value !== "object") return html`<div class="leaf"><${Name} name=${name} /><${Leaf} value=${value} found=${found} /></div>`;
  const entries = Object.entries(value);
  const label = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const isNextUnfolded = depth < 2 && entries.length <= FEW;
  return html`<details class="node" open=${isOpen} onToggle=${(/** @type {any} */ event) => setIsOpen(event.currentTarget.open)}>
    <summary><${Name} name=${name} /><span class="dim">${label}${!isOpen && !Array.isArray(value) && ` ${entries.slice(0, NAMES).map(([key]) => key).join(", ")}`}</span></summary>
    ${isOpen && html`<div class="members">${entries.slice(0, many).map(([key, one]) => html`<${Node} key=${key} name=${key} value=${one} isUnfolded=${isNextUnfolded} depth=${depth + 1} found=${found} />`)}
      ${entries.length > many && html`<button class="plain" onClick=${() => setMany(many + 1000)}>${t("json.more", { n: entries.length - many })}</button>`}</div>`}
  </details>`;
}

/** @param {{name: string}} props */
function Name({ name }) {
  return name === "" ? null : html`<span class="member">${name}</span>`;
}

/** @param {{value: unknown, found: RegExp | null}} props */
function Leaf({ value, found }) {
  if (typeof value !== "string") return html`<span class="literal">${String(value)}</span>`;
  const data = value.length > 1000 ? BASE64.exec(value) : null;
  if (data) return html`<span class="media">${data[1] ?? "base64"}, ${size(Math.floor(value.length * 0.75))}</span>`;
  return html`<span class="string"><${LongText} text=${value} found=${found} first=${600} /></span>`;
}

/** The pieces of a stream. @param {string} body */
function linesOf(body) {
  return body.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => {
    try {
      return JSON.parse(line.slice(5));
    } catch {
      return line.slice(5).trim();
    }
  });
}
