// @ts-check
/** What a message is made of, whichever provider wrote it. Pure. */

/**
 * @typedef {object} Part
 * @property {"text" | "reasoning" | "refusal" | "media" | "call" | "result" | "other"} kind
 * @property {string} text what it says; of a call its arguments
 * @property {string} [name] of a tool
 * @property {string} [id] by which a call and its result belong together
 * @property {string} [media] such as `image/png`
 * @property {number} [bytes] of media
 */

/** @typedef {{role: string, parts: Part[], finish?: string}} Message */

/**
 * What a body says.
 * @typedef {object} Reading
 * @property {string} format the provider's form, such as `OpenAI chat`; "" where it is not known
 * @property {Message[]} messages
 * @property {string[]} tools names of the tools that were offered
 * @property {[string, string][]} options settings of the request, or usage of the answer
 * @property {string} error
 * @property {boolean} isStreamed
 * @property {boolean} isWhole
 * @property {any} json the body as one object; of a stream, what it adds up to
 */

/** @param {Partial<Reading>} known @returns {Reading} */
export function reading(known) {
  return { format: "", messages: [], tools: [], options: [], error: "", isStreamed: false, isWhole: true, json: undefined, ...known };
}

/** @param {unknown} said @returns {Part[]} none where nothing is said */
export function textPart(said, kind = /** @type {Part["kind"]} */ ("text")) {
  return typeof said === "string" && said !== "" ? [{ kind, text: said }] : [];
}

/** @param {string} name @param {unknown} input @param {unknown} [id] @returns {Part} */
export function callPart(name, input, id) {
  return { kind: "call", name: String(name || "?"), text: asText(input), id: id ? String(id) : undefined };
}

/** @param {unknown} said @param {unknown} [id] @param {unknown} [name] @returns {Part} */
export function resultPart(said, id, name) {
  return { kind: "result", text: asText(said), id: id ? String(id) : undefined, name: name ? String(name) : undefined };
}

/** A note in place of an image, sound or file. @param {unknown} source a URL, a data URL or base64 @param {string} [media] @returns {Part} */
export function mediaPart(source, media = "image") {
  const text = String(source ?? "");
  const data = /^data:([\w.+-]+\/[\w.+-]+)?[^,]*,/.exec(text);
  if (data) return { kind: "media", text: "", media: data[1] ?? media, bytes: bytesOf(text.length - data[0].length) };
  const isUrl = /^(https?|gs|file):/.test(text) || text.length < 200;
  return isUrl ? { kind: "media", text, media } : { kind: "media", text: "", media, bytes: bytesOf(text.length) };
}

/** Anything that is not known, as it came. @param {unknown} value @returns {Part} */
export function otherPart(value) {
  return { kind: "other", text: asText(value) };
}

/** @param {unknown} value @returns {string} */
export function asText(value) {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}

/** @param {unknown} value @returns {any[]} */
export function list(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {unknown} value @returns {any} an object; {} for anything else */
export function object(value) {
  return value && typeof value === "object" ? value : {};
}

/** The simple members of an object that are not left out. @param {any} from @param {string[]} without @returns {[string, string][]} */
export function optionsOf(from, without) {
  return Object.entries(object(from))
    .filter(([name, value]) => !without.includes(name) && value !== null && typeof value !== "object")
    .map(([name, value]) => [name, String(value).slice(0, 300)]);
}

/** Numbers of an object and of the objects in it, by their paths. @param {any} from @returns {[string, string][]} */
export function numbersOf(from, prefix = "") {
  return Object.entries(object(from)).flatMap(([name, value]) => {
    if (typeof value === "number") return [/** @type {[string, string]} */ ([prefix + name, value.toLocaleString("en-US")])];
    return value && typeof value === "object" && !Array.isArray(value) && !prefix ? numbersOf(value, `${name}.`) : [];
  });
}

/** @param {number} characters of base64 */
function bytesOf(characters) {
  return Math.floor((characters * 3) / 4);
}
