// @ts-check
/** The menu of saved views. */

import { readAddress, writeAddress } from "../state/address.js";
import { loadedWindow } from "../state/load.js";
import { SHIPPED, forgetView, importViews, saveView, savedViews } from "../state/saved_views.js";
import { go, view } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useState } from "../ui.js";
import { copy } from "./clipboard.js";
import { download } from "./download.js";
import { Popover } from "./popover.js";

export function SavedViews() {
  return html`<${Popover} class="views" label=${t("views.label")} title=${t("views.label")}>${(/** @type {() => void} */ close) => html`<${Menu} close=${close} />`}</${Popover}>`;
}

/** @param {{close: () => void}} props */
function Menu({ close }) {
  const [name, setName] = useState("");
  const open = (/** @type {string} */ address) => {
    const { view: saved } = readAddress(address);
    go({ ...saved, group: view.peek().group || saved.group });
    close();
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!name.trim()) return;
    saveView(name.trim().slice(0, 80), writeAddress({ ...view.peek(), open: "", pane: "", compare: "", page: 1 }));
    setName("");
  };
  const read = async (/** @type {any} */ event) => {
    const text = await event.target.files[0]?.text();
    if (text !== undefined && !importViews(text)) alert(t("views.unreadable"));
  };
  return html`<div class="views-panel">
    <ul>${SHIPPED.map((one) => html`<li key=${one.name}><button class="plain" onClick=${() => open(one.address)}>${t(one.name)}</button></li>`)}
      ${savedViews.value.map((one) => html`<li key=${one.name}><button class="plain" onClick=${() => open(one.address)}>${one.name}</button>
        <button class="icon" aria-label=${t("views.forget", { name: one.name })} onClick=${() => forgetView(one.name)}>×</button></li>`)}</ul>
    <form onSubmit=${save}><label><span class="hidden">${t("views.name")}</span><input value=${name} placeholder=${t("views.name")} onInput=${(/** @type {any} */ event) => setName(event.target.value)} /></label><button type="submit">${t("views.save")}</button></form>
    <div class="line"><button class="plain" title=${location.origin + location.pathname + writeAddress(view.value)} onClick=${() => share(view.peek())}>${t("views.link")}</button>
      <button class="plain" title=${t("views.link_fixed_hint")} onClick=${() => share({ ...view.peek(), ...fixed() })}>${t("views.link_fixed")}</button></div>
    <div class="line"><button class="plain" onClick=${() => download("gateway-logs-views.json", JSON.stringify(savedViews.peek(), null, 2))}>${t("views.export")}</button>
      <label class="file">${t("views.import")}<input type="file" accept="application/json" onChange=${read} /></label></div>
  </div>`;
}

/** @param {import("../types.d.ts").View} shown */
function share(shown) {
  copy(location.origin + location.pathname + writeAddress(shown));
}

/** The window of the list as fixed moments: a link to it shows the same logs tomorrow. */
function fixed() {
  const { start, end } = loadedWindow.peek();
  return { from: String(start ?? ""), to: String(end ?? Date.now()), live: false };
}
