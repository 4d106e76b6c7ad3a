// @ts-check
/** The query bar: words and `field:value` conditions, with suggestions that never hold up typing. */

import { valuesOf } from "../facets/panel.js";
import { isLoading, problem } from "../state/load.js";
import { openById } from "../state/opened.js";
import { isSame, removeCondition, search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { short } from "../time/format.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { labelOf, valueText } from "./condition_text.js";
import { FIELDS, fieldOf, typedName } from "./fields.js";
import { isId, pieceAt, readBar, withTyped, writeCondition } from "./language.js";
import { writeRange } from "./ranges.js";
import { Icon } from "../frame/icons.js";

/** @typedef {{text: string, note: string, isValue: boolean}} Suggestion */

const PAUSE_MS = 120;

export function QueryBar() {
  const shown = view.value;
  const [text, setText] = useState(shown.query);
  const [suggestions, setSuggestions] = useState(/** @type {Suggestion[]} */ ([]));
  const [active, setActive] = useState(-1);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(0);
  useEffect(() => setText(shown.query), [shown.query]);

  const close = () => {
    clearTimeout(timer.current);
    timer.current = 0;
    setSuggestions([]);
    setActive(-1);
  };
  const suggest = (/** @type {HTMLInputElement} */ box) => {
    clearTimeout(timer.current);
    const piece = pieceAt(box.value, box.selectionStart ?? 0);
    const asked = (timer.current = setTimeout(async () => {
      const found = await suggestionsFor(piece.text);
      if (timer.current === asked) (setSuggestions(found), setActive(-1));
    }, PAUSE_MS));
  };
  const take = (/** @type {Suggestion} */ chosen) => {
    const box = /** @type {HTMLInputElement} */ (input.current);
    const piece = pieceAt(box.value, box.selectionStart ?? 0);
    const next = box.value.slice(0, piece.start) + chosen.text + box.value.slice(piece.end);
    close();
    if (chosen.isValue) return run(next);
    setText(next);
    box.value = next;
    box.focus();
    suggest(box);
  };
  const run = async (/** @type {string} */ typed) => {
    close();
    if (isId(typed) && (await openById(typed.trim()))) return void setText(shown.query);
    const { words, conditions } = readBar(typed);
    setText(words);
    search({ query: words, conditions: withTyped(view.peek().conditions, conditions) });
  };
  const edit = (/** @type {import("../types.d.ts").Condition} */ one) => {
    setText([text, writeCondition(one)].filter(Boolean).join(" "));
    input.current?.focus();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const at = active < 0 ? 0 : active;
    if (event.key === "ArrowDown" && suggestions.length) (event.preventDefault(), setActive((active + 1) % suggestions.length));
    else if (event.key === "ArrowUp" && suggestions.length) (event.preventDefault(), setActive((active - 1 + suggestions.length) % suggestions.length));
    else if (event.key === "Tab" && suggestions.length && !event.shiftKey) (event.preventDefault(), take(suggestions[at]));
    else if (event.key === "Enter") (event.preventDefault(), active >= 0 ? take(suggestions[active]) : run(text));
    else if (event.key === "Escape" && suggestions.length) (event.stopPropagation(), close());
    else if (event.key === "Backspace" && text === "" && shown.conditions.length) removeCondition(shown.conditions[shown.conditions.length - 1]);
  };
  return html`<div class="query">
    <div class="bar" onClick=${() => input.current?.focus()}>
      <span class="glass"><${Icon} name="search" /></span>
      ${shown.conditions.map((one) => html`<${Chip} key=${writeCondition(one)} condition=${one} edit=${edit} />`)}
      <input id="query" ref=${input} value=${text} placeholder=${shown.conditions.length ? "" : t("query.placeholder")} role="combobox" autocomplete="off" spellcheck="false"
        aria-label=${t("query.label")} aria-expanded=${suggestions.length > 0} aria-controls="suggestions" aria-autocomplete="list"
        aria-activedescendant=${active >= 0 ? `suggestion-${active}` : undefined}
        onInput=${(/** @type {any} */ event) => (setText(event.target.value), suggest(event.target))} onKeyDown=${onKeyDown} onBlur=${() => setTimeout(close, 150)} />
      ${isLoading.value && html`<span class="spinner" aria-hidden="true"></span>`}
      ${(text || shown.conditions.length > 0) && html`<button class="icon" aria-label=${t("query.clear")} title=${t("query.clear")} onClick=${() => (setText(""), search({ query: "", conditions: [] }))}><${Icon} name="clear" /></button>`}
    </div>
    <ul id="suggestions" role="listbox" aria-label=${t("query.suggestions")} hidden=${!suggestions.length}>
      ${suggestions.map((one, index) => html`<li id=${`suggestion-${index}`} key=${one.text} role="option" aria-selected=${index === active}
        onPointerDown=${(/** @type {Event} */ event) => (event.preventDefault(), take(one))}><span>${one.text}</span><span class="dim">${one.note}</span></li>`)}
    </ul>
    ${problem.value?.status === 400 && html`<p class="wrong" role="alert">${problem.value.message}</p>`}
  </div>`;
}

/**
 * A filter. A click turns a value around; a range goes back to the bar, to be changed.
 * @param {{condition: import("../types.d.ts").Condition, edit: (one: import("../types.d.ts").Condition) => void}} props
 */
function Chip({ condition, edit }) {
  const { field, exclude } = condition;
  const isRange = Boolean(FIELDS[field].kind && condition.value);
  const flip = () => search({ conditions: view.peek().conditions.map((one) => (isSame(one, condition) ? { ...one, exclude: !exclude } : one)) });
  return html`<span class="chip ${exclude ? "excluded" : ""}">
    <button class="plain" title=${t(isRange ? "query.edit" : exclude ? "value.only" : "value.exclude")} onClick=${isRange ? () => edit(condition) : flip}><span class="dim">${exclude ? "−" : ""}${labelOf(field)}</span> ${valueText(condition)}</button>
    <button class="plain" aria-label=${t("query.drop", { filter: writeCondition(condition) })} onClick=${() => removeCondition(condition)}>×</button></span>`;
}

/** @param {string} piece what is typed at the cursor @returns {Promise<Suggestion[]>} */
async function suggestionsFor(piece) {
  const match = /^(-?)([A-Za-z_]*)(:?)(.*)$/s.exec(piece);
  if (!match || !piece) return [];
  const [, minus, name, colon, typed] = match;
  const field = fieldOf(name);
  if (!colon) {
    const isMeant = (/** @type {string} */ one) => [one, typedName(one)].some((each) => each.startsWith(name.toLowerCase()));
    const names = Object.keys(FIELDS).filter((one) => isMeant(one) && !(one === "group" && view.peek().group));
    return names.map((one) => ({ text: `${minus}${typedName(one)}:`, note: labelOf(one), isValue: false }));
  }
  if (field && FIELDS[field].kind) return examplesOf(field, typed, minus === "-");
  if (!field || !FIELDS[field].hasFacet) return [];
  const found = await valuesOf(field, typed.replaceAll('"', ""), 10);
  return (found?.values ?? []).map((one) => ({ text: writeCondition({ field, value: String(one.value), exclude: minus === "-" }), note: short(one.count), isValue: true }));
}

/** @param {string} field @param {string} typed @param {boolean} exclude @returns {Suggestion[]} */
function examplesOf(field, typed, exclude) {
  const { kind, examples = [] } = FIELDS[field];
  const meant = examples.filter((value) => kind && writeRange(kind, value).startsWith(typed));
  return meant.map((value) => ({ text: writeCondition({ field, value, exclude }), note: valueText({ field, value }), isValue: true }));
}
