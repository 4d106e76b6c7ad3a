// @ts-check
/** JSON that was cut off: as far as it goes. Pure. */

const MAX_DEPTH = 200;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING_END = /(?:[^"\\]|\\[\s\S])*/y;

/**
 * The value, and whether it was whole. Undefined where the text is no JSON from its beginning.
 * @param {string} text @returns {{value: any, isWhole: boolean}}
 */
export function parseSome(text) {
  try {
    return { value: JSON.parse(text), isWhole: true };
  } catch {
    const reader = { text, at: 0, isWhole: true };
    return { value: value(reader, 0), isWhole: false };
  }
}

/** @typedef {{text: string, at: number, isWhole: boolean}} Reader */

/** @param {Reader} reader @param {number} depth @returns {any} */
function value(reader, depth) {
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === undefined || depth > MAX_DEPTH) return cut(reader);
  if (first === "{") return members(reader, depth);
  if (first === "[") return elements(reader, depth);
  if (first === '"') return string(reader);
  return literal(reader);
}

/** @param {Reader} reader @param {number} depth */
function members(reader, depth) {
  /** @type {Record<string, any>} */
  const found = {};
  reader.at += 1;
  while (reader.isWhole && next(reader, "}")) {
    const name = string(reader);
    if (!reader.isWhole || !passed(reader, ":")) return cut(reader, found);
    const member = value(reader, depth + 1);
    if (member !== undefined && name !== "__proto__") found[name] = member;
  }
  return found;
}

/** @param {Reader} reader @param {number} depth */
function elements(reader, depth) {
  const found = [];
  reader.at += 1;
  while (reader.isWhole && next(reader, "]")) {
    const element = value(reader, depth + 1);
    if (element !== undefined) found.push(element);
  }
  return found;
}

/** Whether another member follows. @param {Reader} reader @param {string} end */
function next(reader, end) {
  skipSpace(reader);
  if (reader.text[reader.at] === ",") reader.at += 1;
  skipSpace(reader);
  if (reader.text[reader.at] === end) {
    reader.at += 1;
    return false;
  }
  if (reader.at >= reader.text.length) cut(reader);
  return reader.isWhole;
}

/** @param {Reader} reader @returns {any} */
function string(reader) {
  if (reader.text[reader.at] !== '"') return cut(reader);
  STRING_END.lastIndex = reader.at + 1;
  const body = STRING_END.exec(reader.text)?.[0] ?? "";
  reader.at += body.length + 2;
  const isEnded = reader.at <= reader.text.length;
  if (!isEnded) reader.isWhole = false;
  return decoded(isEnded ? body : body.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, ""));
}

/** @param {string} body */
function decoded(body) {
  try {
    return JSON.parse(`"${body.replace(/[\u0000-\u001f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`);
  } catch {
    return body;
  }
}

/** @param {Reader} reader @returns {any} */
function literal(reader) {
  for (const [word, meaning] of /** @type {[string, any][]} */ ([["true", true], ["false", false], ["null", null]])) {
    if (reader.text.startsWith(word, reader.at)) {
      reader.at += word.length;
      return meaning;
    }
  }
  NUMBER.lastIndex = reader.at;
  const digits = NUMBER.exec(reader.text)?.[0];
  if (digits === undefined) return cut(reader);
  reader.at += digits.length;
  return Number(digits);
}

/** @param {Reader} reader @param {string} character */
function passed(reader, character) {
  skipSpace(reader);
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

/** @param {Reader} reader */
function skipSpace(reader) {
  while (/\s/.test(reader.text[reader.at] ?? "x")) reader.at += 1;
}

/** Read no further. @param {Reader} reader @param {any} [found] */
function cut(reader, found) {
  reader.isWhole = false;
  return found;
}
