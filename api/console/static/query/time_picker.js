// @ts-check
/** The time window: presets, typed moments, and the time zone that rules all times of the page. */

import { loadedWindow } from "../state/load.js";
import { prefer, preferences } from "../state/preferences.js";
import { search, view } from "../state/view.js";
import { t } from "../text/text.js";
import { fullTime } from "../time/format.js";
import { PRESETS, readMoment } from "../time/range.js";
import { isZone, zoneName } from "../time/zone.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { Popover } from "../frame/popover.js";

const ZONES = ["local", "UTC", "Asia/Shanghai", "Asia/Tokyo", "Asia/Singapore", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"];

export function TimePicker() {
  const { from, to } = view.value;
  return html`<${Popover} class="time" label=${name(from, to)} title=${t("time.label")}>${(/** @type {() => void} */ close) => html`<${Panel} close=${close} />`}</${Popover}>`;
}

/** @param {{close: () => void}} props */
function Panel({ close }) {
  const { zone } = preferences.value;
  const { from, to } = view.value;
  const choose = (/** @type {string} */ first, /** @type {string} */ last) => (search({ from: first, to: last }), close());
  const [start, setStart] = useState(written(from, loadedWindow.peek().start, zone));
  const [end, setEnd] = useState(written(to, loadedWindow.peek().end, zone));
  const read = { from: readMoment(start, zone), to: readMoment(end, zone) };
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => box.current?.focus(), []);
  const apply = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (read.from !== undefined && read.to !== undefined) choose(read.from, read.to);
  };
  return html`<div class="time-panel">
    <div class="presets">${PRESETS.map(([key, first, last]) => html`<button key=${key} class=${first === from && last === to ? "chosen" : ""} onClick=${() => choose(first, last)}>${t(`time.${key}`)}</button>`)}</div>
    <form class="typed" onSubmit=${apply}>
      <label>${t("time.from")}<input ref=${box} value=${start} placeholder="-2h" aria-invalid=${read.from === undefined} onInput=${(/** @type {any} */ event) => setStart(event.target.value)} /></label>
      <label>${t("time.to")}<input value=${end} placeholder="now" aria-invalid=${read.to === undefined} onInput=${(/** @type {any} */ event) => setEnd(event.target.value)} /></label>
      <p class="dim">${t("time.hint")}</p>
      <button class="primary" type="submit" disabled=${read.from === undefined || read.to === undefined}>${t("time.apply")}</button>
      <label>${t("time.zone")}<select value=${zone} onChange=${(/** @type {any} */ event) => prefer({ zone: event.target.value })}>
        ${[...new Set([...ZONES, zone])].filter(isZone).map((one) => html`<option value=${one}>${one === "local" ? `${t("time.local")} (${zoneName("local")})` : one}</option>`)}</select></label>
    </form></div>`;
}

/** @param {string} from @param {string} to */
function name(from, to) {
  const preset = PRESETS.find(([, first, last]) => first === from && last === to);
  if (preset) return t(`time.${preset[0]}`);
  const { zone } = preferences.value;
  const { start, end } = loadedWindow.value;
  return `${written(from, start, zone) || "…"} – ${written(to, end, zone) || t("time.now")}`;
}

/** A moment as it is typed. @param {string} text @param {number | null} ms @param {string} zone */
function written(text, ms, zone) {
  if (!/^-?\d+$/.test(text)) return text;
  return fullTime(ms ?? Number(text), zone).replace(/\.000$/, "").replace(/:00$/, "");
}
