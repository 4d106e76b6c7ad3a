// @ts-check
/** Gemini's generateContent. Pure. */

import { callPart, list, mediaPart, numbersOf, object, optionsOf, otherPart, reading, resultPart, textPart } from "./parts.js";

/** @typedef {import("./parts.js").Part} Part @typedef {import("./parts.js").Message} Message @typedef {import("./parts.js").Reading} Reading */

export const name = "Gemini";

/** @param {any} body */
export const isRequest = (body) => Array.isArray(body?.contents);
/** @param {any} body */
export const isAnswer = (body) => Array.isArray(body?.candidates) || Boolean(body?.promptFeedback);
export const isPiece = isAnswer;

/** @param {any} body @returns {Reading} */
export function readRequest(body) {
  const system = content(body.systemInstruction ?? body.system_instruction).parts;
  const declared = list(body.tools).flatMap((tool) => list(tool?.functionDeclarations ?? tool?.function_declarations));
  return reading({
    messages: [...(system.length ? [{ role: "system", parts: system }] : []), ...body.contents.map(content)],
    tools: declared.map((one) => String(one?.name ?? "?")),
    options: optionsOf({ ...object(body), ...object(body.generationConfig ?? body.generation_config) }, []),
  });
}

/** @param {any} body @returns {Reading} */
export function readAnswer(body) {
  const messages = list(body.candidates).map((one) => ({ ...content(one?.content), role: "assistant", finish: one?.finishReason }));
  const error = body.promptFeedback?.blockReason ? String(body.promptFeedback.blockReason) : "";
  return reading({ messages, error, options: numbersOf(body.usageMetadata) });
}

/** What the pieces of a stream add up to. @param {any[]} pieces */
export function assemble(pieces) {
  /** @type {Map<number, any>} */
  const candidates = new Map();
  for (const one of pieces.flatMap((piece) => list(piece.candidates))) addPiece(candidates, object(one));
  const last = Object.assign({}, ...pieces);
  return { ...last, candidates: [...candidates.values()] };
}

/** @param {Map<number, any>} candidates @param {any} piece */
function addPiece(candidates, piece) {
  const index = piece.index ?? 0;
  const found = candidates.get(index) ?? { index, content: { role: "model", parts: [] } };
  for (const part of list(piece.content?.parts)) addPart(found.content.parts, object(part));
  if (piece.finishReason) found.finishReason = piece.finishReason;
  candidates.set(index, found);
}

/** @param {any[]} parts @param {any} added */
function addPart(parts, added) {
  const last = parts[parts.length - 1];
  const continues = typeof last?.text === "string" && typeof added.text === "string" && Boolean(last.thought) === Boolean(added.thought);
  if (continues) last.text += added.text;
  else parts.push({ ...added });
}

/** @param {any} one @returns {Message} */
function content(one) {
  const found = object(one);
  const parts = typeof one === "string" ? textPart(one) : list(found.parts).flatMap(part);
  return { role: found.role === "model" ? "assistant" : String(found.role ?? "user"), parts };
}

/** @param {any} one @returns {Part[]} */
function part(one) {
  const found = object(one);
  const data = found.inlineData ?? found.inline_data;
  const file = found.fileData ?? found.file_data;
  const call = found.functionCall ?? found.function_call;
  const result = found.functionResponse ?? found.function_response;
  if (typeof found.text === "string") return textPart(found.text, found.thought ? "reasoning" : "text");
  if (data) return [mediaPart(data.data, data.mimeType ?? data.mime_type)];
  if (file) return [mediaPart(file.fileUri ?? file.file_uri, file.mimeType ?? file.mime_type)];
  if (call) return [callPart(call.name, call.args, call.id)];
  if (result) return [resultPart(result.response, result.id, result.name)];
  return [otherPart(found)];
}
