// @ts-check
/** OpenAI chat completions, and the many that speak like it. Pure. */

import { callPart, list, mediaPart, numbersOf, object, optionsOf, otherPart, reading, resultPart, textPart } from "./parts.js";

/** @typedef {import("./parts.js").Part} Part @typedef {import("./parts.js").Message} Message @typedef {import("./parts.js").Reading} Reading */

export const name = "OpenAI chat";

/** @param {any} body */
export const isRequest = (body) => Array.isArray(body?.messages) && body.system === undefined && !hasBlocks(body.messages);
/** @param {any} body */
export const isAnswer = (body) => Array.isArray(body?.choices);
/** @param {any} first */
export const isPiece = (first) => Array.isArray(first?.choices);

/** @param {any} body @returns {Reading} */
export function readRequest(body) {
  return reading({
    messages: list(body.messages).map(message),
    tools: [...list(body.tools).map((tool) => object(tool?.function).name), ...list(body.functions).map((one) => one?.name)].filter(Boolean).map(String),
    options: optionsOf(body, []),
  });
}

/** @param {any} body @returns {Reading} */
export function readAnswer(body) {
  return reading({ messages: list(body.choices).map(choice), options: numbersOf(body.usage) });
}

/** What the pieces of a stream add up to. @param {any[]} pieces */
export function assemble(pieces) {
  /** @type {Map<number, any>} */
  const choices = new Map();
  const whole = { ...pieces[0], usage: undefined };
  for (const piece of pieces) {
    if (piece.usage) whole.usage = piece.usage;
    if (piece.error) whole.error = piece.error;
    for (const one of list(piece.choices)) addPiece(choices, object(one));
  }
  const isText = [...choices.values()].every((one) => one.text !== undefined);
  const ended = [...choices.values()].map((one) => (isText ? one : { ...one, message: closed(one.message) }));
  return { ...whole, object: isText ? "text_completion" : "chat.completion", choices: ended };
}

/** @param {Map<number, any>} choices @param {any} piece */
function addPiece(choices, piece) {
  const index = piece.index ?? 0;
  const found = choices.get(index) ?? { index, message: { role: "assistant" }, finish_reason: null };
  if (typeof piece.text === "string") found.text = (found.text ?? "") + piece.text;
  const delta = object(piece.delta ?? piece.message);
  for (const [field, value] of Object.entries(delta)) addField(found.message, field, value);
  if (piece.finish_reason) found.finish_reason = piece.finish_reason;
  choices.set(index, found);
}

/** @param {any} target @param {string} field @param {unknown} value */
function addField(target, field, value) {
  if (field === "role" || value === null || value === undefined) return;
  if (field === "tool_calls") for (const one of list(value)) addCall((target.tool_calls ??= {}), object(one));
  else if (typeof value === "string") target[field] = (target[field] ?? "") + value;
  else if (Array.isArray(value)) target[field] = [...list(target[field]), ...value];
  else target[field] = value;
}

/** @param {Record<string, any>} calls @param {any} piece */
function addCall(calls, piece) {
  const found = (calls[piece.index ?? Object.keys(calls).length] ??= { type: "function", function: { name: "", arguments: "" } });
  if (piece.id) found.id = piece.id;
  found.function.name += object(piece.function).name ?? "";
  found.function.arguments += object(piece.function).arguments ?? "";
}

/** @param {any} built */
function closed(built) {
  return built.tool_calls ? { ...built, tool_calls: Object.values(built.tool_calls) } : built;
}

/** @param {any} one @returns {Message} */
function choice(one) {
  if (typeof one?.text === "string") return { role: "assistant", parts: textPart(one.text), finish: one.finish_reason ?? undefined };
  return { ...message(object(one?.message ?? one?.delta)), role: object(one?.message).role ?? "assistant", finish: one?.finish_reason ?? undefined };
}

/** @param {any} one @returns {Message} */
function message(one) {
  const said = object(one);
  if (said.role === "tool" || said.role === "function") {
    return { role: "tool", parts: [resultPart(plain(said.content), said.tool_call_id, said.name)] };
  }
  return {
    role: String(said.role ?? "?"),
    parts: [
      ...textPart(said.reasoning_content ?? said.reasoning, "reasoning"),
      ...content(said.content),
      ...textPart(said.refusal, "refusal"),
      ...list(said.tool_calls).map((call) => callPart(object(call?.function).name ?? call?.type, object(call?.function).arguments ?? call?.custom, call?.id)),
      ...(said.function_call ? [callPart(said.function_call.name, said.function_call.arguments)] : []),
      ...(said.audio ? [...textPart(said.audio.transcript), mediaPart(said.audio.data, "audio")] : []),
      ...list(said.images).map((image) => mediaPart(object(image?.image_url).url)),
    ],
  };
}

/** @param {unknown} said @returns {Part[]} */
function content(said) {
  return Array.isArray(said) ? said.flatMap(block) : textPart(said);
}

/** @param {any} one @returns {Part[]} */
function block(one) {
  const part = object(one);
  if (typeof one === "string") return textPart(one);
  if (part.type === "text") return textPart(part.text);
  if (part.type === "refusal") return textPart(part.refusal, "refusal");
  if (part.type === "image_url") return [mediaPart(part.image_url?.url ?? part.image_url)];
  if (part.type === "input_audio") return [mediaPart(part.input_audio?.data, `audio/${part.input_audio?.format ?? "?"}`)];
  if (part.type === "file") return [mediaPart(part.file?.file_data ?? part.file?.file_id ?? part.file?.filename, "file")];
  return [otherPart(part)];
}

/** @param {unknown} said */
function plain(said) {
  return Array.isArray(said) ? said.map((one) => (typeof one?.text === "string" ? one.text : one)).join("\n") : said;
}

/** Whether messages hold blocks that only Anthropic has. @param {any[]} messages */
function hasBlocks(messages) {
  const anthropic = ["tool_use", "tool_result", "thinking", "image", "document"];
  return messages.some((one) => Array.isArray(one?.content) && one.content.some((/** @type {any} */ part) => anthropic.includes(part?.type)));
}
