// @ts-check
/** The words of the page in the reader's language. */

import { effect, signal } from "../ui.js";
import { preferences } from "../state/preferences.js";
import { en } from "./en.js";

/** @type {import("../vendor/signals.d.ts").Signal<Record<string, string>>} */
const words = signal(en);

/** @returns {"en" | "zh"} */
export function language() {
  const chosen = preferences.value.language;
  if (chosen !== "auto") return /** @type {"en" | "zh"} */ (chosen);
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

effect(() => {
  const chosen = language();
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  if (chosen === "en") words.value = en;
  else import("./zh.js").then((module) => language() === "zh" && (words.value = module.zh));
});

/**
 * A text, its `{places}` filled; for one thing its form `.one`, where there is one.
 * @param {string} key @param {Record<string, string | number>} [places]
 */
export function t(key, places = {}) {
  const text = (String(places.n) === "1" && words.value[`${key}.one`]) || (words.value[key] ?? key);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(places[name] ?? ""));
}
