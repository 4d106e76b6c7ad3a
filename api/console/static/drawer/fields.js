// @ts-check
/** Every field of a log; a value can become a filter. */

import { copy } from "../frame/clipboard.js";
import { FIELDS } from "../query/fields.js";
import { addCondition, only } from "../state/view.js";
import { preferences } from "../state/preferences.js";
import { t } from "../text/text.js";
import { fullTime } from "../time/format.js";
import { html } from "../ui.js";
import { Icon } from "../frame/icons.js";

const TIMES = new Set(["created_at", "request_at", "retry_at"]);

/** @param {{log: import("../types.d.ts").Log}} props */
export function Fields({ log }) {
  const { request_detail: detail, ...rest } = log;
  const { request_body: _request, response_body: _answer, ...flags } = detail;
  const entries = [...flat(rest), ...flat({ request_detail: flags })].filter(([, value]) => value !== "" && value !== 0);
  return html`<table class="fields"><tbody>${entries.map(([name, value]) => html`<${FieldRow} key=${name} name=${name} value=${value} />`)}</tbody></table>`;
}

/** @param {{name: string, value: unknown}} props */
function FieldRow({ name, value }) {
  const text = TIMES.has(name) ? `${fullTime(Date.parse(String(value)), preferences.value.zone)}` : String(value);
  const field = name.replace(/^usage\./, "");
  const { kind } = FIELDS[field] ?? {};
  const isValue = Object.hasOwn(FIELDS, field) && !kind;
  return html`<tr><th scope="row">${name}</th><td><span>${text}</span></td><td class="actions">
    ${kind && html`<button class="icon" title=${t("value.from")} aria-label=${`${t("value.from")}: ${name}`} onClick=${() => only(field, `${value}..`)}><${Icon} name="up" /></button>`}
    ${isValue && html`<button class="icon" title=${t("value.only")} aria-label=${`${t("value.only")}: ${name}`} onClick=${() => only(name, String(value))}><${Icon} name="only" /></button>
      <button class="icon" title=${t("value.exclude")} aria-label=${`${t("value.exclude")}: ${name}`} onClick=${() => addCondition({ field: name, value: String(value), exclude: true })}><${Icon} name="exclude" /></button>`}
    <button class="icon" title=${t("value.copy")} aria-label=${`${t("value.copy")}: ${name}`} onClick=${() => copy(String(value))}><${Icon} name="copy" /></button></td></tr>`;
}

/** @param {Record<string, unknown>} from @returns {[string, unknown][]} */
function flat(from, prefix = "") {
  return Object.entries(from).flatMap(([name, value]) => {
    if (value === null || typeof value !== "object") return [/** @type {[string, unknown]} */ ([prefix + name, value])];
    return flat(/** @type {Record<string, unknown>} */ (value), `${prefix}${name}.`);
  });
}
