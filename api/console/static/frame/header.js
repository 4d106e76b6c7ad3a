// @ts-check
/** The head of the page: tabs, freshness, saved views, settings. */

import { hasKey, useKey } from "../api/request.js";
import { freshness } from "../state/fresh.js";
import { prefer, preferences } from "../state/preferences.js";
import { search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { count, duration, fullTime } from "../time/format.js";
import { html } from "../ui.js";
import { Popover } from "./popover.js";
import { SavedViews } from "./saved_views.js";
import { Icon } from "./icons.js";

const LATE_MS = 30_000; // the indexers report every three seconds

/** @param {{onHelp: () => void}} props */
export function Header({ onHelp }) {
  const { tab, group } = view.value;
  const tabs = /** @type {const} */ (["logs", "errors", "spend"]);
  return html`<header class="head">
    <h1><span class="logo" aria-hidden="true"></span>gateway-logs</h1>
    ${group && html`<span class="badge" title=${t("head.group")}>${group}</span>`}
    <nav class="tabs" aria-label=${t("head.tabs")}>${tabs.map((name) => html`<button key=${name} aria-current=${tab === name ? "page" : undefined} onClick=${() => search({ tab: name, live: false })}>${t(`tab.${name}`)}</button>`)}</nav>
    <span class="space"></span>
    <${Fresh} />
    <${SavedViews} />
    <button class="opener" title=${t("head.help")} aria-label=${t("head.help")} onClick=${onHelp}>?</button>
    <${Popover} class="settings" label=${html`<${Icon} name="gear" />`} title=${t("head.settings")}>${() => html`<${Settings} />`}</${Popover}>
  </header>`;
}

/** How new the newest log is; or, where the index is behind Kafka, how far: then logs are missing from every view. */
function Fresh() {
  const found = freshness.value;
  if (!found) return null;
  const { age_milliseconds: age, index } = found;
  const behind = index.behind_milliseconds;
  const { zone } = preferences.value;
  const title = [age !== null && t("fresh.title", { newest: fullTime(Date.parse(found.newest), zone) }),
    index.complete_to && t("fresh.complete", { to: fullTime(Date.parse(index.complete_to), zone) }),
    !index.complete_to && t("fresh.unknown"), index.waiting && t("fresh.waiting", { n: count(index.waiting) })].filter(Boolean).join("\n");
  if (behind !== null && behind > LATE_MS) return html`<span class="fresh-note late" role="status" title=${title}><i class="dot warn"></i>${t("fresh.behind", { age: duration(behind) })}</span>`;
  return html`<span class="fresh-note" title=${title}><i class="dot ${behind === null ? "" : "ok"}"></i>${age === null ? t("fresh.none") : t("fresh.age", { age: duration(Math.max(age, 0)) })}</span>`;
}

function Settings() {
  const { theme, language } = preferences.value;
  return html`<div class="settings-panel">
    <label>${t("settings.theme")}<select value=${theme} onChange=${(/** @type {any} */ event) => prefer({ theme: event.target.value })}>
      ${["auto", "light", "dark"].map((one) => html`<option value=${one}>${t(`settings.${one}`)}</option>`)}</select></label>
    <label>${t("settings.language")}<select value=${language} onChange=${(/** @type {any} */ event) => prefer({ language: event.target.value })}>
      <option value="auto">${t("settings.auto")}</option><option value="en">English</option><option value="zh">中文</option></select></label>
    <label class="line"><input type="checkbox" checked=${preferences.value.histogram} onChange=${() => prefer({ histogram: !preferences.peek().histogram })} /> ${t("settings.histogram")}</label>
    <label class="line"><input type="checkbox" checked=${preferences.value.facets} onChange=${() => prefer({ facets: !preferences.peek().facets })} /> ${t("settings.facets")}</label>
    ${hasKey() && html`<button onClick=${() => useKey("")}>${t("settings.forget")}</button>`}
    <a href="/docs" target="_blank" rel="noreferrer">${t("settings.api")}</a>
  </div>`;
}
