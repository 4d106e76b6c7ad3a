// @ts-check
/** OpenAI responses. Pure. */

import { callPart, list, mediaPart, numbersOf, object, optionsOf, otherPart, reading, resultPart, textPart } from "./parts.js";

/** @typedef {import("./parts.js").Part} Part @typedef {import("./parts.js").Message} Message @typedef {import("./parts.js").Reading} Reading */

export const name = "OpenAI responses";
const OWN = ["input", "instructions", "tools", "output"];

/** @param {any} body */
export const isRequest = (body) => isCutInItsInstructions(body) ||
  body?.input !== undefined && (body.instructions !== undefined || body.max_output_tokens !== undefined || body.store !== undefined || isItems(body.input));
/** @param {any} body */
export const isAnswer = (body) => body?.object === "response" && Array.isArray(body.output);
/** @param {any} first */
export const isPiece = (first) => /^response\./.test(String(first?.type));

/** Long instructions may be all that is left of a body that was cut. @param {any} body */
const isCutInItsInstructions = (body) => typeof body?.instructions === "string" && body.input === undefined && body.messages === undefined;

/** @param {any} body @returns {Reading} */
export function readRequest(body) {
  const system = textPart(body.instructions);
  const said = Array.isArray(body.input) ? body.input.map(item) : textPart(body.input).map((part) => ({ role: "user", parts: [part] }));
  return reading({
    messages: [...(system.length ? [{ role: "system", parts: system }] : []), ...said],
    tools: list(body.tools).map((tool) => String(tool?.name ?? tool?.type ?? "?")),
    options: optionsOf(body, OWN),
  });
}

/** @param {any} body @returns {Reading} */
export function readAnswer(body) {
  const finish = body.incomplete_details?.reason ?? body.status;
  const parts = list(body.output).flatMap((one) => item(one).parts);
  return reading({ messages: [{ role: "assistant", parts, finish }], options: numbersOf(body.usage) });
}

/** What the events of a stream add up to: the response at its end, or as far as it came. @param {any[]} events */
export function assemble(events) {
  const last = events.findLast((event) => Array.isArray(event.response?.output) && event.response.output.length)?.response;
  if (last) return last;
  /** @type {any[]} */
  const output = [];
  for (const event of events) addEvent(output, event);
  const response = object(events.findLast((event) => event.response)?.response);
  const error = events.find((event) => event.type === "error");
  return { ...response, object: "response", ...(error ? { error } : {}), output: output.filter(Boolean) };
}

/** @param {any[]} output @param {any} event */
function addEvent(output, event) {
  const index = Math.min(event.output_index ?? output.length, 10_000);
  if (event.type === "response.output_item.added" || event.type === "response.output_item.done") output[index] = object(event.item);
  if (!/\.delta$/.test(String(event.type)) || typeof event.delta !== "string") return;
  const found = (output[index] ??= { type: "message", role: "assistant", content: [] });
  if (event.type === "response.output_text.delta") add(found, "content", event.content_index, { type: "output_text" }, "text", event.delta);
  if (event.type === "response.refusal.delta") add(found, "content", event.content_index, { type: "refusal" }, "refusal", event.delta);
  if (/reasoning/.test(event.type)) add(found, "summary", event.summary_index ?? event.content_index, { type: "summary_text" }, "text", event.delta);
  if (/arguments\.delta$/.test(event.type)) found.arguments = (found.arguments ?? "") + event.delta;
}

/** @param {any} found @param {string} where @param {number} index @param {any} first @param {string} field @param {string} delta */
function add(found, where, index, first, field, delta) {
  found[where] = list(found[where]);
  const part = (found[where][Math.min(index ?? 0, 10_000)] ??= { ...first });
  part[field] = (part[field] ?? "") + delta;
}

/** @param {any} one @returns {Message} */
function item(one) {
  const found = object(one);
  const type = String(found.type ?? "message");
  if (type === "message") return { role: roleOf(found.role), parts: Array.isArray(found.content) ? found.content.flatMap(block) : textPart(found.content) };
  if (type === "reasoning") {
    const said = [...list(found.summary), ...list(found.content)].map((part) => part?.text ?? "").join("\n\n");
    return { role: "assistant", parts: textPart(said, "reasoning") };
  }
  if (/_output$/.test(type)) return { role: "tool", parts: [resultPart(found.output, found.call_id)] };
  if (/_call$/.test(type)) return { role: "assistant", parts: [callPart(found.name ?? type, found.arguments ?? found.action ?? found.input, found.call_id ?? found.id)] };
  return { role: "?", parts: [otherPart(found)] };
}

/** @param {any} one @returns {Part[]} */
function block(one) {
  const part = object(one);
  if (/text$/.test(String(part.type))) return textPart(part.text);
  if (part.type === "refusal") return textPart(part.refusal, "refusal");
  if (part.type === "input_image") return [mediaPart(part.image_url ?? part.file_id)];
  if (part.type === "input_file") return [mediaPart(part.file_data ?? part.file_url ?? part.filename ?? part.file_id, "file")];
  if (part.type === "input_audio") return [mediaPart(part.input_audio?.data ?? part.data, "audio")];
  return [otherPart(part)];
}

/** @param {unknown} role */
function roleOf(role) {
  return role === "developer" ? "system" : String(role ?? "?");
}

/** @param {unknown} input */
function isItems(input) {
  return Array.isArray(input) && input.some((one) => one && typeof one === "object" && (one.role || one.type));
}
