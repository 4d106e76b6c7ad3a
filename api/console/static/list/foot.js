// @ts-check
/** The foot of the list: pages, and the sums of all logs that match. */

import { isLoading, page, stats, sumsProblem } from "../state/load.js";
import { adjust, go, view } from "../state/view.js";
import { t } from "../text/text.js";
import { amount, count, duration, percent, short } from "../time/format.js";
import { html } from "../ui.js";

export function Foot() {
  return html`<footer class="foot"><${Sums} /><${Pager} /></footer>`;
}

function Sums() {
  const found = stats.value;
  if (sumsProblem.value) return html`<p class="sums warn" role="status">${t("sums.missing")} ${sumsProblem.value.message}</p>`;
  if (!found || !page.value) return html`<p class="sums"></p>`;
  const { usage, ttfb_milliseconds: ttfb, duration_milliseconds: took } = found;
  return html`<dl class="sums" title=${t("sums.title")}>
    <${Sum} name="requests" value=${count(found.total)} />
    <${Sum} name="success" value=${percent(found.success, found.total)} />
    <${Sum} name="tokens" value=${`${short(usage.input_tokens)} → ${short(usage.output_tokens)}`} title=${`${count(usage.input_tokens)} → ${count(usage.output_tokens)}`} />
    ${usage.cached_tokens > 0 && html`<${Sum} name="cached" value=${short(usage.cached_tokens)} title=${count(usage.cached_tokens)} />`}
    ${usage.reasoning_tokens > 0 && html`<${Sum} name="reasoning" value=${short(usage.reasoning_tokens)} title=${count(usage.reasoning_tokens)} />`}
    <${Sum} name="amount" value=${amount(found.used_amount)} title=${String(found.used_amount)} />
    <${Sum} name="ttfb" value=${`${duration(ttfb.p50)} / ${duration(ttfb.p95)}`} title="p50 / p95" />
    <${Sum} name="duration" value=${`${duration(took.p50)} / ${duration(took.p95)}`} title="p50 / p95" />
  </dl>`;
}

/** @param {{name: string, value: string, title?: string}} props */
function Sum({ name, value, title }) {
  return html`<div data-sum=${name}><dt>${t(`sum.${name}`)}</dt><dd title=${title}>${value}</dd></div>`;
}

function Pager() {
  const shown = view.value;
  const total = page.value?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / shown.per_page));
  const turn = (/** @type {number} */ to) => go({ page: Math.min(Math.max(to, 1), pages), open: "" });
  const typed = (/** @type {any} */ event) => /^\d+$/.test(event.target.value) && turn(Number(event.target.value));
  return html`<nav class="pager" aria-label=${t("pager.label")} aria-busy=${isLoading.value}>
    <label class="select"><span class="hidden">${t("pager.size")}</span>
      <select value=${shown.per_page} onChange=${(/** @type {any} */ event) => adjust({ per_page: Number(event.target.value), page: 1 })}>
        ${[20, 50, 100].map((size) => html`<option value=${size}>${t("pager.rows", { n: size })}</option>`)}</select></label>
    <button onClick=${() => turn(1)} disabled=${shown.page <= 1} aria-label=${t("pager.first")}>«</button>
    <button onClick=${() => turn(shown.page - 1)} disabled=${shown.page <= 1} aria-label=${t("pager.previous")}>‹</button>
    <label><span class="hidden">${t("pager.page")}</span><input class="page-number" inputmode="numeric" value=${shown.page} onChange=${typed} /></label>
    <span class="dim">/ ${count(pages)}</span>
    <button onClick=${() => turn(shown.page + 1)} disabled=${shown.page >= pages} aria-label=${t("pager.next")}>›</button>
    <button onClick=${() => turn(pages)} disabled=${shown.page >= pages} aria-label=${t("pager.last")}>»</button>
  </nav>`;
}
