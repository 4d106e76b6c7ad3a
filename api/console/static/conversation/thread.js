// @ts-check
/** Where bodies are read: small ones here, large ones in a thread. */

import { readAnswer, readRequest } from "./read.js";

const LARGE = 100_000; // characters of both bodies
/** @type {Worker | null} */
let worker = null;
let asked = 0;

/** @typedef {{request: import("./parts.js").Reading, answer: import("./parts.js").Reading}} Readings */

/**
 * @param {string} request @param {string} answer @returns {Promise<Readings>}
 */
export async function readBodies(request, answer) {
  if (request.length + answer.length < LARGE) return { request: readRequest(request), answer: readAnswer(answer) };
  const number = (asked += 1);
  const thread = (worker ??= start());
  return new Promise((resolve, reject) => {
    const take = (/** @type {MessageEvent} */ { data }) => {
      if (data.number !== number) return;
      thread.removeEventListener("message", take);
      resolve(data);
    };
    thread.addEventListener("message", take);
    thread.addEventListener("error", reject, { once: true });
    thread.postMessage({ number, request, answer });
  });
}

function start() {
  const address = new URL("./worker.js", import.meta.url).href;
  const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("console-worker", { createScriptURL: () => address });
  return new Worker(trusted?.createScriptURL("") ?? address, { type: "module" });
}
