// @ts-check
/** A streamed body as the JSON objects that it holds. Pure. */

import { parseSome } from "./partial_json.js";

const FIELD = /^(?:data|event|id|retry|:)/;

/**
 * The objects of server-sent events, of lines of JSON, or of one JSON array; null for a body that is none of these.
 * @param {string} text @returns {{objects: any[], isWhole: boolean} | null}
 */
export function readStream(text) {
  const body = text.replace(/^\ufeff/, "").trimStart();
  if (FIELD.test(body)) return collected(dataOf(body));
  if (body.startsWith("[")) return ofArray(body);
  const lines = body.split("\n").filter((line) => line.trim());
  return lines.length > 1 && lines.every((line) => line.startsWith("{")) ? collected(lines) : null;
}

/** The data of each event. @param {string} body @returns {string[]} */
function dataOf(body) {
  const found = [];
  for (const block of body.split(/\r\n\r\n|\n\n|\r\r/)) {
    const lines = block.split(/\r\n|\n|\r/).filter((line) => line.startsWith("data"));
    const data = lines.map((line) => line.replace(/^data:? ?/, ""));
    // Some gateways separate events by a single line break: each line is an event then.
    if (data.length > 1 && data.every((one) => one.startsWith("{") || one === "[DONE]")) found.push(...data);
    else if (data.length) found.push(data.join("\n"));
  }
  return found;
}

/** @param {string[]} texts */
function collected(texts) {
  const objects = [];
  let isWhole = true;
  for (const text of texts.filter((one) => one.trim() !== "[DONE]" && one.trim())) {
    const some = parseSome(text);
    if (some.value && typeof some.value === "object") objects.push(some.value);
    isWhole &&= some.isWhole;
  }
  return objects.length ? { objects, isWhole } : null;
}

/** @param {string} body */
function ofArray(body) {
  const some = parseSome(body);
  const isStream = Array.isArray(some.value) && some.value.length && some.value.every((one) => one?.candidates || one?.usageMetadata);
  return isStream ? { objects: some.value, isWhole: some.isWhole } : null;
}
