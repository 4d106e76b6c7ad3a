// @ts-check
/** A live tail: server-sent events over fetch, because EventSource cannot send a key. Resumes where it was. */

import { parseExact } from "./json.js";
import { readLog } from "./logs.js";
import { Problem, keyHeader, retryAfter, sent } from "./request.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * @typedef {object} Listener
 * @property {(log: import("../types.d.ts").Log) => void} onLog
 * @property {(state: "open" | "waiting" | "ended", problem?: Problem) => void} onState
 */

/**
 * Follow new logs until aborted. Connects again after a failure, behind the last event that came.
 * @param {string} path @param {string} position a Last-Event-ID, or "" for now
 * @param {Listener} listener @param {AbortSignal} abort
 */
export async function follow(path, position, listener, abort) {
  const reader = { position };
  let pause = FIRST_PAUSE_MS;
  while (!abort.aborted) {
    try {
      await connect(path, reader, listener, abort);
      pause = FIRST_PAUSE_MS;
    } catch (error) {
      if (abort.aborted) return;
      const problem = error instanceof Problem ? error : new Problem(0, "");
      const isFinal = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
      listener.onState(isFinal ? "ended" : "waiting", problem);
      if (isFinal) return;
      pause = problem.retryAfter ? problem.retryAfter * 1000 : Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    await delay(pause, abort);
  }
}

/**
 * @param {string} path @param {{position: string}} reader @param {Listener} listener @param {AbortSignal} abort
 */
async function connect(path, reader, listener, abort) {
  /** @type {Record<string, string>} */
  const resume = reader.position ? { "Last-Event-ID": reader.position } : {};
  const answer = await sent(path, { headers: { ...keyHeader(), ...resume }, signal: abort });
  if (!answer.ok || !answer.body) {
    const body = await answer.json().catch(() => null);
    throw new Problem(answer.status, body?.message ?? "", retryAfter(answer));
  }
  listener.onState("open");
  const events = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await events.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) take(block, reader, listener);
  }
}

/** @param {string} block one event @param {{position: string}} reader @param {Listener} listener */
function take(block, reader, listener) {
  const fields = Object.fromEntries(block.split("\n").map(field));
  if (fields.data && !fields.event) listener.onLog(readLog(parseExact(fields.data)));
  if (fields.id) reader.position = fields.id;
}

/** @param {string} line @returns {[string, string]} */
function field(line) {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

/** @param {number} ms @param {AbortSignal} abort @returns {Promise<void>} */
function delay(ms, abort) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    abort.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
