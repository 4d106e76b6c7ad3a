// @ts-check
/** The two bodies of a log as people saw them. What is not understood is shown as it came. Pure. */

import * as anthropic from "./anthropic.js";
import * as gemini from "./gemini.js";
import * as chat from "./openai_chat.js";
import * as responses from "./openai_responses.js";
import { object, reading } from "./parts.js";
import { parseSome } from "./partial_json.js";
import * as simple from "./simple.js";
import { readStream } from "./stream.js";

/** @typedef {import("./parts.js").Reading} Reading */

// The most particular first: a body of Anthropic without its own fields reads as one of OpenAI.
const FORMS = [responses, chat, anthropic, gemini, simple];

/** @param {string} body @returns {Reading} */
export function readRequest(body) {
  if (!body.trim()) return reading({});
  const { value, isWhole } = parseSome(body);
  const form = FORMS.find((one) => one.isRequest(value));
  return attempt(() => ({ ...(form ? form.readRequest(value) : reading({})), format: form?.name ?? "", isWhole, json: value }), value);
}

/** @param {string} body @returns {Reading} */
export function readAnswer(body) {
  if (!body.trim()) return reading({});
  const stream = readStream(body);
  if (stream) return attempt(() => ofStream(stream), stream.objects);
  const { value, isWhole } = parseSome(body);
  return attempt(() => ({ ...ofJson(value), isWhole }), value);
}

/** @param {{objects: any[], isWhole: boolean}} stream @returns {Reading} */
function ofStream({ objects, isWhole }) {
  const form = FORMS.find((one) => objects.some(one.isPiece));
  if (!form) return { ...ofJson(objects.length === 1 ? objects[0] : objects), isStreamed: true, isWhole };
  const json = form.assemble(objects.map(object));
  const read = form.readAnswer(json);
  return { ...read, format: form.name, json, isStreamed: true, isWhole, error: read.error || errorOf(json) || errorOf(objects.find(errorOf)) };
}

/** @param {any} value @returns {Reading} */
function ofJson(value) {
  const error = errorOf(value);
  const form = error ? undefined : FORMS.find((one) => one.isAnswer(value));
  return { ...(form ? form.readAnswer(value) : reading({})), format: form?.name ?? "", json: value, ...(error ? { error } : {}) };
}

/** What an error in a body says; "" where there is none. @param {any} value @returns {string} */
function errorOf(value) {
  const error = value?.error ?? (value?.type === "error" ? value : undefined);
  if (!error) return "";
  if (typeof error === "string") return error;
  return [object(error).message, object(error).type, object(error).code].filter((one) => typeof one === "string" || typeof one === "number").join(" · ");
}

/** @param {() => Reading} read @param {any} json @returns {Reading} */
function attempt(read, json) {
  try {
    return read();
  } catch {
    return reading({ json }); // a shape that nobody foresaw is shown as JSON
  }
}
