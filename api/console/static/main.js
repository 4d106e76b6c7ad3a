// @ts-check
/** The page: starts to follow the address, and shows what it says. */

import { Histogram } from "./charts/histogram.js";
import { Drawer } from "./drawer/drawer.js";
import { FacetPanel } from "./facets/panel.js";
import { CopiedNote } from "./frame/clipboard.js";
import { Header } from "./frame/header.js";
import { Help } from "./frame/help.js";
import { listenToKeys } from "./frame/keyboard.js";
import { later } from "./frame/later.js";
import { Slow, stateOf } from "./frame/states.js";
import { ExportNote } from "./list/export.js";
import { Foot } from "./list/foot.js";
import { Table } from "./list/table.js";
import { LiveSwitch, StatusChoice, Tools } from "./list/tools.js";
import { QueryBar } from "./query/bar.js";
import { TimePicker } from "./query/time_picker.js";
import { startFreshness } from "./state/fresh.js";
import { startLive } from "./state/live.js";
import { startLoading } from "./state/load.js";
import { startOpening } from "./state/opened.js";
import { preferences } from "./state/preferences.js";
import { view } from "./state/view.js";
import { effect, html, render, signal } from "./ui.js";
import { Compare } from "./views/compare.js";

const ErrorsView = later(async () => (await import("./views/errors.js")).ErrorsView);
const SpendView = later(async () => (await import("./views/spend.js")).SpendView);
const isHelpOpen = signal(false);

function Page() {
  const { tab, open } = view.value;
  return html`<${Header} onHelp=${() => (isHelpOpen.value = true)} />
    <div class="controls" role="search"><${QueryBar} />${tab !== "errors" && html`<${StatusChoice} />`}<${TimePicker} />${tab === "logs" && html`<${LiveSwitch} />`}</div>
    <main class=${open && tab === "logs" ? "with-drawer" : ""}>
      ${tab === "logs" && html`<${FacetPanel} />`}
      <div class="content-column"><${Content} /></div>
      ${tab === "logs" && html`<${Drawer} />`}
    </main>
    <${ExportNote} /><${CopiedNote} /><${Slow} /><${Compare} />
    ${isHelpOpen.value && html`<${Help} onClose=${() => (isHelpOpen.value = false)} />`}`;
}

function Content() {
  const { tab } = view.value;
  const state = stateOf();
  if (tab === "errors") return state ?? html`<${ErrorsView} />`;
  if (tab === "spend") return state ?? html`<${SpendView} />`;
  return html`${preferences.value.histogram && html`<${Histogram} />`}<${Tools} />${state ?? html`<${Table} />`}<${Foot} />`;
}

effect(() => {
  document.documentElement.dataset.theme = preferences.value.theme;
});
startLoading();
startOpening();
startLive();
startFreshness();
listenToKeys(() => (isHelpOpen.value = true));
render(html`<${Page} />`, /** @type {Element} */ (document.getElementById("page")));
