// @ts-check
/** Anthropic messages. Pure. */

import { callPart, list, mediaPart, numbersOf, object, optionsOf, otherPart, reading, resultPart, textPart } from "./parts.js";
import { parseSome } from "./partial_json.js";

/** @typedef {import("./parts.js").Part} Part @typedef {import("./parts.js").Message} Message @typedef {import("./parts.js").Reading} Reading */

export const name = "Anthropic messages";

/** @param {any} body */
export const isRequest = (body) => Array.isArray(body?.messages) || isCutInItsSystem(body);
/** @param {any} body */
export const isAnswer = (body) => body?.type === "message" && Array.isArray(body.content);
/** @param {any} first */
export const isPiece = (first) => /^(message_|content_block_|ping$)/.test(String(first?.type));

/** A long system prompt may be all that is left of a body that was cut. @param {any} body */
const isCutInItsSystem = (body) => body?.system !== undefined && body.max_tokens !== undefined;

/** @param {any} body @returns {Reading} */
export function readRequest(body) {
  const system = blocks(body.system);
  return reading({
    messages: [...(system.length ? [{ role: "system", parts: system }] : []), ...list(body.messages).map(message)],
    tools: list(body.tools).map((tool) => String(tool?.name ?? tool?.type ?? "?")),
    options: optionsOf(body, ["system"]),
  });
}

/** @param {any} body @returns {Reading} */
export function readAnswer(body) {
  const said = { role: body.role ?? "assistant", parts: blocks(body.content), finish: body.stop_reason ?? undefined };
  return reading({ messages: [said], options: numbersOf(body.usage) });
}

/** What the events of a stream add up to. @param {any[]} events */
export function assemble(events) {
  /** @type {any} */
  let whole = { type: "message", role: "assistant" };
  /** @type {Record<number, any>} */
  const content = {};
  for (const event of events) {
    if (event.type === "message_start") whole = { ...whole, ...object(event.message) };
    if (event.type === "content_block_start") content[event.index ?? 0] = { ...object(event.content_block) };
    if (event.type === "content_block_delta") addDelta((content[event.index ?? 0] ??= { type: "text", text: "" }), object(event.delta));
    if (event.type === "message_delta") whole = { ...whole, ...object(event.delta), usage: { ...whole.usage, ...object(event.usage) } };
    if (event.type === "error") whole.error = event.error;
  }
  return { ...whole, content: Object.values(content).map(closed) };
}

/** @param {any} block @param {any} delta */
function addDelta(block, delta) {
  for (const field of ["text", "thinking", "signature"]) {
    if (typeof delta[field] === "string") block[field] = (block[field] ?? "") + delta[field];
  }
  if (typeof delta.partial_json === "string") block.json = (block.json ?? "") + delta.partial_json;
  if (delta.citation) block.citations = [...list(block.citations), delta.citation];
}

/** @param {any} block */
function closed(block) {
  const { json, ...rest } = block;
  return json ? { ...rest, input: parseSome(json).value ?? json } : rest;
}

/** @param {any} one @returns {Message} */
function message(one) {
  return { role: String(one?.role ?? "?"), parts: blocks(one?.content) };
}

/** @param {unknown} content @returns {Part[]} */
function blocks(content) {
  return Array.isArray(content) ? content.flatMap(block) : textPart(content);
}

/** @param {any} one @returns {Part[]} */
function block(one) {
  const part = object(one);
  if (part.type === "text") return textPart(part.text);
  if (part.type === "thinking") return textPart(part.thinking, "reasoning");
  if (part.type === "redacted_thinking") return [{ kind: "reasoning", text: "[redacted]" }];
  if (part.type === "image" || part.type === "document") {
    return [mediaPart(part.source?.data ?? part.source?.url ?? part.title, part.source?.media_type ?? part.type)];
  }
  if (/tool_use$/.test(String(part.type))) return [callPart(part.name, part.input, part.id)];
  if (/tool_result$/.test(String(part.type))) return [resultPart(said(part.content), part.tool_use_id)];
  return [otherPart(part)];
}

/** @param {unknown} content */
function said(content) {
  if (!Array.isArray(content)) return content;
  return content.map((one) => (one?.type === "text" ? one.text : one?.type === "image" ? "[image]" : JSON.stringify(one))).join("\n");
}
