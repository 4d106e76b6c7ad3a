// @ts-check
/** Bodies that are no conversation: embeddings, images, completions of a prompt. Pure. */

import { asText, list, mediaPart, numbersOf, object, optionsOf, reading, textPart } from "./parts.js";

/** @typedef {import("./parts.js").Reading} Reading */

export const name = "OpenAI";

/** @param {any} body */
export const isRequest = (body) => body?.prompt !== undefined || body?.input !== undefined || body?.query !== undefined;
/** @param {any} body */
export const isAnswer = (body) => Array.isArray(body?.data) || Array.isArray(body?.results) || typeof body?.text === "string";
export const isPiece = () => false;

/** @param {any} body @returns {Reading} */
export function readRequest(body) {
  const said = body.prompt ?? body.input ?? body.query;
  const texts = Array.isArray(said) && said.every((one) => typeof one === "string") ? said : [asText(said)];
  const documents = list(body.documents).flatMap((one) => textPart(asText(one?.text ?? one)));
  const parts = [...texts.flatMap((text) => textPart(text)), ...documents];
  return reading({ messages: [{ role: "user", parts }], options: optionsOf(body, ["prompt", "input", "query"]) });
}

/** @param {any} body @returns {Reading} */
export function readAnswer(body) {
  const parts = typeof body.text === "string" ? textPart(body.text) : list(body.data ?? body.results).flatMap((one) => result(object(one)));
  return reading({ messages: [{ role: "assistant", parts }], options: numbersOf(body.usage) });
}

/** @param {any[]} pieces */
export function assemble(pieces) {
  return pieces;
}

/** @param {any} one @returns {import("./parts.js").Part[]} */
function result(one) {
  if (one.b64_json || one.url) return [...textPart(one.revised_prompt), mediaPart(one.b64_json ?? one.url, "image")];
  const numbers = Array.isArray(one.embedding) ? one.embedding.length : null;
  if (numbers !== null) return [{ kind: "media", text: `embedding × ${numbers}`, media: "vector" }];
  return textPart(asText(one));
}
