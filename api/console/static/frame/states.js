// @ts-check
/** What stands in place of the list: nothing found, no answer, no key. */

import { useKey } from "../api/request.js";
import { cancel, isLoading, page, problem, refresh } from "../state/load.js";
import { rows } from "../state/live.js";
import { view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useEffect, useState } from "../ui.js";
import { Empty } from "./empty.js";

const SLOW_MS = 2000;

/** The state that replaces the content, or null where there is content. */
export function stateOf() {
  const wrong = problem.value;
  if (wrong?.status === 401 || wrong?.status === 403) return html`<${KeyNeeded} isRefused=${wrong.status === 403} />`;
  if (wrong) return html`<${Failed} />`;
  if (view.value.tab === "logs" && page.value && !rows.value.length && !isLoading.value) return html`<${Empty} />`;
  if (view.value.tab === "logs" && !page.value) return html`<${Loading} />`;
  return null;
}

/** Says that an answer takes long, and offers not to wait. */
export function Slow() {
  const [isSlow, setIsSlow] = useState(false);
  const loading = isLoading.value;
  useEffect(() => {
    setIsSlow(false);
    if (!loading) return undefined;
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [loading]);
  if (!isSlow || !loading) return null;
  return html`<div class="toast" role="status"><span class="spinner"></span>${t("state.slow")}<button onClick=${cancel}>${t("state.cancel")}</button></div>`;
}

function Loading() {
  return html`<div class="state" aria-busy="true">${[...Array(8)].map((_, index) => html`<div key=${index} class="ghost"></div>`)}</div>`;
}

/** The API, or what is behind it, does not answer: the page tries again by itself. */
function Failed() {
  const wrong = /** @type {import("../api/request.js").Problem} */ (problem.value);
  const isTemporary = wrong.status === 0 || wrong.status === 429 || wrong.status >= 502;
  useEffect(() => {
    if (!isTemporary) return undefined;
    const timer = setTimeout(refresh, Math.max(wrong.retryAfter, 3) * 1000);
    return () => clearTimeout(timer);
  }, [wrong]);
  return html`<div class="state" role="alert"><h2>${t(wrong.status === 0 ? "failed.away" : wrong.status === 504 ? "failed.slow" : "failed.title")}</h2>
    <p>${wrong.message}</p>${isTemporary && html`<p class="dim">${t("failed.again")}</p>`}<button class="primary" onClick=${() => refresh()}>${t("failed.retry")}</button></div>`;
}

/** @param {{isRefused: boolean}} props */
function KeyNeeded({ isRefused }) {
  const [key, setKey] = useState("");
  const enter = (/** @type {Event} */ event) => (event.preventDefault(), key.trim() && useKey(key.trim()));
  return html`<div class="state"><h2>${t(isRefused ? "key.refused" : "key.needed")}</h2><p class="dim">${t("key.hint")}</p>
    <form class="key" onSubmit=${enter}><label><span class="hidden">${t("key.label")}</span><input type="password" autocomplete="off" value=${key} placeholder=${t("key.label")} onInput=${(/** @type {any} */ event) => setKey(event.target.value)} /></label>
      <button class="primary" type="submit">${t("key.enter")}</button></form></div>`;
}
