// @ts-check
/** Both bodies as they came. */

import { copy } from "../frame/clipboard.js";
import { patternOf } from "../query/marks.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { size } from "../time/format.js";
import { html, useMemo } from "../ui.js";
import { LongText } from "./long_text.js";

/** @param {{log: import("../types.d.ts").Log}} props */
export function RawPane({ log }) {
  const found = useMemo(() => patternOf(view.value.query), [view.value.query]);
  const { request_body: request = "", response_body: answer = "" } = log.request_detail;
  return html`<${Body} name="request" body=${request} found=${found} /><${Body} name="answer" body=${answer} found=${found} />`;
}

/** @param {{name: string, body: string, found: RegExp | null}} props */
function Body({ name, body, found }) {
  return html`<section class="json"><h2>${t(`conversation.${name}`)} <span class="dim">${size(useMemo(() => new Blob([body]).size, [body]))}</span>
    ${body && html`<button class="plain" onClick=${() => copy(body)}>${t("value.copy")}</button>`}</h2>
    ${body ? html`<pre class="raw" tabindex="0"><${LongText} text=${body} found=${found} first=${8000} /></pre>` : html`<p class="dim">${t("json.none")}</p>`}</section>`;
}
