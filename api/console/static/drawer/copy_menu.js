// @ts-check
/** The menu that copies a log. */

import { copy } from "../frame/clipboard.js";
import { Popover } from "../frame/popover.js";
import { opened } from "../state/opened.js";
import { FIRST_VIEW, writeAddress } from "../state/address.js";
import { nameOf } from "../state/params.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { html } from "../ui.js";
import { asCurl, asJson, asMarkdown } from "./copied.js";
import { Icon } from "../frame/icons.js";

/** @param {{log: import("../types.d.ts").Log}} props */
export function CopyMenu({ log }) {
  const readings = opened.value?.readings;
  const ways = /** @type {[string, () => string, boolean][]} */ ([
    ["link", () => location.origin + location.pathname + writeAddress({ ...FIRST_VIEW, group: view.peek().group, open: nameOf(log) }), true],
    ["curl", () => asCurl(log), Boolean(log.request_detail.request_body)],
    ["json", () => asJson(log), true],
    ["markdown", () => asMarkdown(log, /** @type {any} */ (readings)), Boolean(readings)],
    ["request", () => log.request_detail.request_body ?? "", Boolean(log.request_detail.request_body)],
    ["answer", () => log.request_detail.response_body ?? "", Boolean(log.request_detail.response_body)],
  ]);
  return html`<${Popover} class="copy" label=${html`<${Icon} name="copy" />`} title=${t("copy.title")}>${(/** @type {() => void} */ close) => html`<div class="menu">
    ${ways.filter(([, , isThere]) => isThere).map(([key, text]) => html`<button class="plain" key=${key} onClick=${() => (copy(text()), close())}>${t(`copy.${key}`)}</button>`)}</div>`}</${Popover}>`;
}
