// @ts-check
/** The sheet with the query language, whose examples can be clicked, and the keys. */

import { readBar } from "../query/language.js";
import { search } from "../state/view.js";
import { t } from "../text/text.js";
import { html, useEffect, useRef } from "../ui.js";

const EXAMPLES = [["timeout", "all"], ['"rate limit"', "phrase"], ["timeout -gateway", "without"], ["gpt-4*", "prefix"], ["请求超时", "cjk"], ["model:gpt-4o", "field"], ["-code:429 status:500", "exclude"], ["duration:10s.. amount:0.01..0.1", "range"], ["api.openai.com", "parts"]];
const KEYS = [["/", "search"], ["j k ↓ ↑", "move"], ["Enter", "open"], ["Esc", "close"], ["1 2 3 4 5 6", "pane"], ["l", "live"], ["r", "refresh"], ["Alt+← Alt+→ Shift+← Shift+→", "columns"], ["?", "help"]];

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  const sheet = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => sheet.current?.showModal(), []);
  const run = (/** @type {string} */ example) => {
    const { words, conditions } = readBar(example);
    search({ tab: "logs", query: words, conditions });
    onClose();
  };
  return html`<dialog class="help" ref=${sheet} onClose=${onClose} aria-label=${t("head.help")}>
    <div class="dialog-head"><h2>${t("help.language")}</h2><button class="icon" aria-label=${t("close")} onClick=${onClose}>×</button></div>
    <dl>${EXAMPLES.map(([example, key]) => html`<div key=${key}><dt><button class="plain code" onClick=${() => run(example)}>${example}</button></dt><dd>${t(`help.${key}`)}</dd></div>`)}</dl>
    <h2>${t("help.keys")}</h2>
    <dl>${KEYS.map(([keys, key]) => html`<div key=${key}><dt>${keys.split(" ").map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${t(`keys.${key}`)}</dd></div>`)}</dl>
  </dialog>`;
}
