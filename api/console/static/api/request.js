// @ts-check
/** Requests to the API of this service, with the reader's key. The key is kept for this tab only. */

import { signal } from "../ui.js";
import { parseExact } from "./json.js";

const KEY = "gateway-logs.key";
/** How many requests are under way. */
export const underWay = signal(0);
/** Grows when a key was entered; what depends on the key asks again. */
export const keyChanges = signal(0);

/** A request that failed, in the words of the API. */
export class Problem extends Error {
  /** @param {number} status 0: no answer @param {string} message @param {number} [retryAfter] seconds */
  constructor(status, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Any error as a problem. @param {unknown} error */
export function asProblem(error) {
  return error instanceof Problem ? error : new Problem(-1, String(error));
}

/** @typedef {[string, string][]} Params */

/** @param {string} key */
export function useKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
  keyChanges.value += 1;
}

export function hasKey() {
  return Boolean(sessionStorage.getItem(KEY));
}

/** @returns {Record<string, string>} */
export function keyHeader() {
  const key = sessionStorage.getItem(KEY);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/**
 * The path of a route, for one group's logs or for all.
 * @param {string} group "" for all @param {string} route such as `search` @param {Params} [params]
 */
export function pathOf(group, route, params = []) {
  const base = group ? `/api/log/${encodeURIComponent(group)}` : "/api/logs";
  const text = new URLSearchParams(params).toString();
  return `${base}/${route}${text ? `?${text}` : ""}`;
}

/**
 * Ask for JSON. Throws a Problem, or an AbortError when the signal says so.
 * @param {string} path @param {AbortSignal} [abort] @returns {Promise<{data: any, message: string}>}
 */
export async function ask(path, abort) {
  underWay.value += 1;
  try {
    const answer = await sent(path, { headers: keyHeader(), signal: abort });
    const body = read(await answer.text());
    if (!answer.ok) throw new Problem(answer.status, body?.message ?? answer.statusText, retryAfter(answer));
    return body;
  } finally {
    underWay.value -= 1;
  }
}

/** @param {string} path @param {RequestInit} options */
export async function sent(path, options) {
  try {
    return await fetch(path, { ...options, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
  } catch (error) {
    if (error instanceof DOMException) throw error; // aborted
    throw new Problem(0, "");
  }
}

/** @param {Response} answer */
export function retryAfter(answer) {
  return Number(answer.headers.get("Retry-After")) || 0;
}

/** @param {string} text */
function read(text) {
  try {
    return parseExact(text);
  } catch {
    return null; // a proxy may answer with a page of its own
  }
}
