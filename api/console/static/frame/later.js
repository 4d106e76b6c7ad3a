// @ts-check
/** Views whose modules are loaded when they are shown for the first time: most visits never show them. */

import { html, signal, useEffect } from "../ui.js";

/** @typedef {() => any} View */

/** @param {() => Promise<View>} load @returns {View} */
export function later(load) {
  const loaded = signal(/** @type {View | null} */ (null));
  return function Later() {
    useEffect(() => {
      // Where the API is away, the answers for the view fail too, and the page says so.
      load().then((found) => (loaded.value = found), () => {});
    }, []);
    return loaded.value && html`<${loaded.value} />`;
  };
}
