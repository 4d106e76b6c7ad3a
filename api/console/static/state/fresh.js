// @ts-check
/** How new the newest log is, and whether the search would find more by now. */

import { ask, pathOf } from "../api/request.js";
import { signal } from "../ui.js";
import { errorGroups, isLoading, loadedWindow, page, stats } from "./load.js";
import { filters } from "./params.js";
import { view } from "./view.js";

const PAUSE_MS = 15_000;

/** @type {import("../vendor/signals.d.ts").Signal<import("../types.d.ts").Freshness | null>} */
export const freshness = signal(/** @type {import("../types.d.ts").Freshness | null} */ (null));
/** Logs that the search finds beyond those that are shown, at a later moment. */
export const newer = signal({ count: 0, asOf: "now" });

/** Ask from time to time, while somebody looks. */
export function startFreshness() {
  page.subscribe((found) => {
    newer.value = { count: 0, asOf: "now" };
    if (found && !freshness.peek()) check();
  });
  for (const figures of [errorGroups, stats]) {
    figures.subscribe((found) => found && view.peek().tab !== "logs" && !freshness.peek() && check());
  }
  setInterval(() => !document.hidden && !isLoading.peek() && check(), PAUSE_MS);
}

async function check() {
  const shown = view.peek();
  const before = page.peek();
  try {
    const isFirst = !freshness.peek();
    freshness.value = (await ask(pathOf(shown.group, "freshness"))).data;
    if (isFirst || shown.tab !== "logs" || shown.live || !before || shown.to) return;
    const params = /** @type {[string, string][]} */ ([...filters(shown, loadedWindow.peek()), ["per_page", "1"], ["include_detail", "false"], ["as_of", "now"]]);
    const found = await ask(pathOf(shown.group, "search", params));
    if (page.peek() === before) newer.value = { count: Math.max(found.data.total - before.total, 0), asOf: found.data.as_of };
  } catch {
    freshness.value = null; // the list itself says what is wrong
  }
}
