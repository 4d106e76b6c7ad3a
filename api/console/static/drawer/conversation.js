// @ts-check
/** The bodies as people saw them: who said what, tools folded, images as notes, found words marked. */

import { countFound, patternOf } from "../query/marks.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { size } from "../time/format.js";
import { html, useEffect, useMemo, useRef, useState } from "../ui.js";
import { LongText } from "./long_text.js";

/** @typedef {import("../conversation/parts.js").Part} Part @typedef {import("../conversation/parts.js").Message} Message */
/** @typedef {import("../conversation/parts.js").Reading} Reading */

const FOLDED = new Set(["reasoning", "call", "result", "other"]);
const SYSTEM_CHARACTERS = 300; // of a system prompt that are shown at once: it is the same in most requests
const LATEST = 4; // messages of a long history that are unfolded: the last ones

/** @param {{readings: import("../conversation/thread.js").Readings, log: import("../types.d.ts").Log}} props */
export function Conversation({ readings, log }) {
  const { query } = view.value;
  const found = useMemo(() => patternOf(query), [query]);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => box.current?.querySelector("mark")?.scrollIntoView({ block: "center" }), [found]);
  const { request, answer } = readings;
  const { request_body_truncated: isRequestCut, response_body_truncated: isAnswerCut, request_body: asked = "", response_body: answered = "" } = log.request_detail;
  if (!asked && !answered) return html`<p class="dim empty">${t("conversation.none")}</p>`;
  return html`<div class="conversation" ref=${box}>
    <${Source} name="request" reading=${request} isCut=${isRequestCut || !request.isWhole} />
    <${Messages} reading=${request} body=${asked} found=${found} />
    <${Source} name="answer" reading=${answer} isCut=${isAnswerCut || (Boolean(answered) && !answer.isWhole)} />
    ${answer.error && html`<div class="message error"><div class="role">${t("conversation.error")}</div><div class="said"><${LongText} text=${answer.error} found=${found} /></div></div>`}
    <${Messages} reading=${answer} body=${answered} found=${found} />
  </div>`;
}

/** @param {{name: string, reading: Reading, isCut: boolean}} props */
function Source({ name, reading, isCut }) {
  return html`<div class="source"><h2>${t(`conversation.${name}`)}</h2>
    ${reading.format && html`<span class="tag">${reading.format}</span>`}${reading.isStreamed && html`<span class="tag">${t("conversation.streamed")}</span>`}
    ${isCut && html`<span class="tag warn">${t("conversation.cut")}</span>`}
    ${(reading.options.length > 0 || reading.tools.length > 0) && html`<details class="options"><summary>${optionsTitle(name, reading.tools.length)}</summary>
      <dl>${reading.options.map(([key, value]) => html`<div key=${key}><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>
      ${reading.tools.length > 0 && html`<p>${reading.tools.map((tool) => html`<span class="tag">${tool}</span> `)}</p>`}</details>`}</div>`;
}

/** @param {string} name @param {number} tools */
function optionsTitle(name, tools) {
  if (name !== "request") return t("conversation.usage");
  return tools ? t("conversation.options_tools", { tools }) : t("conversation.options");
}

/** @param {{reading: Reading, body: string, found: RegExp | null}} props */
function Messages({ reading, body, found }) {
  const { messages } = reading;
  const isRead = messages.some((one) => one.parts.length > 0);
  if (!isRead) return body && !reading.error ? html`<pre class="raw" tabindex="0"><${LongText} text=${body} found=${found} /></pre>` : null;
  const hidden = messages.length > LATEST + 2 ? messages.length - LATEST : 0;
  return html`${hidden > 0 && html`<${Earlier} messages=${messages} number=${hidden} found=${found} />`}
    ${messages.slice(hidden).map((one, index) => html`<${Said} key=${index} message=${one} found=${found} />`)}`;
}

/**
 * The beginning of a long history: it is made when it is unfolded, or when something was found in it.
 * @param {{messages: Message[], number: number, found: RegExp | null}} props
 */
function Earlier({ messages, number, found }) {
  const hasFound = useMemo(() => messages.slice(0, number).some((one) => foundIn(one, found)), [messages, number, found]);
  const [isOpen, setIsOpen] = useState(hasFound);
  useEffect(() => void (hasFound && setIsOpen(true)), [hasFound]);
  return html`<details class="earlier" open=${isOpen} onToggle=${(/** @type {any} */ event) => setIsOpen(event.currentTarget.open)}><summary>${t("conversation.earlier", { n: number })}</summary>
    ${isOpen && messages.slice(0, number).map((one, index) => html`<${Said} key=${index} message=${one} found=${found} />`)}</details>`;
}

/** @param {{message: Message, found: RegExp | null}} props */
function Said({ message, found }) {
  const role = ["system", "user", "assistant", "tool"].includes(message.role) ? message.role : "other";
  return html`<div class="message ${role}"><div class="role">${role === "other" ? message.role.slice(0, 40) : t(`role.${role}`)}
      ${message.finish && html`<span class="finish" title=${t("conversation.finish")}>${message.finish}</span>`}</div>
    <div class="said">${message.parts.map((part, index) => html`<${PartView} key=${index} part=${part} found=${found} isSystem=${role === "system"} />`)}
      ${!message.parts.length && html`<span class="dim">${t("conversation.nothing")}</span>`}</div></div>`;
}

/** @param {{part: Part, found: RegExp | null, isSystem: boolean}} props */
function PartView({ part, found, isSystem }) {
  if (part.kind === "media") return html`<span class="media">${part.media}${part.bytes ? `, ${size(part.bytes)}` : ""} ${part.text.slice(0, 300)}</span>`;
  if (!FOLDED.has(part.kind)) return html`<p class=${part.kind}><${LongText} text=${part.text} found=${found} first=${isSystem && !countFound(part.text, found) ? SYSTEM_CHARACTERS : undefined} /></p>`;
  const hits = countFound(part.text, found);
  return html`<details class="fold ${part.kind}" open=${hits > 0}><summary><b>${t(`part.${part.kind}`)}</b> ${part.name ?? ""} <span class="dim">${size(part.text.length)}</span>
    ${hits > 0 && html` <mark>${hits}</mark>`}</summary><pre tabindex="0"><${LongText} text=${part.kind === "call" ? indented(part.text) : part.text} found=${found} /></pre></details>`;
}

/** @param {string} text arguments of a call */
function indented(text) {
  try {
    return text.length < 50_000 ? JSON.stringify(JSON.parse(text), null, 2) : text;
  } catch {
    return text;
  }
}

/** @param {Message} message @param {RegExp | null} found */
function foundIn(message, found) {
  return found !== null && message.parts.some((part) => countFound(part.text, found) > 0);
}
