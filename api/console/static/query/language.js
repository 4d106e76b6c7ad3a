// @ts-check
/** The text of the query bar: words for the search, and `field:value` conditions. Pure. */

import { FIELDS, fieldOf, typedName } from "./fields.js";
import { readRange, writeRange } from "./ranges.js";

/** @typedef {import("../types.d.ts").Condition} Condition */
/** @typedef {{text: string, start: number, end: number}} Piece */

const PIECE = /(?:[^\s"]+:)?"[^"]*"?\S*|\S+/g;
const CONDITION = /^(-?)([A-Za-z_]+):(.*)$/s;
const ID = /^(?=.*\d)[A-Za-z0-9_-]{6,80}$/;

/**
 * The conditions that a text holds, and the words that are left.
 * @param {string} text @returns {{words: string, conditions: Condition[]}}
 */
export function readBar(text) {
  /** @type {Condition[]} */
  const conditions = [];
  /** @type {string[]} */
  const words = [];
  for (const piece of pieces(text)) {
    const found = condition(piece.text);
    if (found) conditions.push(found);
    else words.push(piece.text);
  }
  return { words: words.join(" "), conditions };
}

/** `-channel:5` or `duration:10s..` as a condition; null for a word. @param {string} text @returns {Condition | null} */
export function condition(text) {
  const match = CONDITION.exec(text);
  const field = match ? fieldOf(match[2]) : "";
  if (!match || !field) return null;
  const typed = match[3].replace(/^"(.*?)"?$/s, "$1");
  const { kind } = FIELDS[field];
  const value = kind ? readRange(kind, typed) : typed;
  return value !== "" && FIELDS[field].isCondition(value) ? { field, value, exclude: match[1] === "-" } : null;
}

/** A condition as it is typed. @param {Condition} one */
export function writeCondition(one) {
  const { kind } = FIELDS[one.field];
  const text = kind ? writeRange(kind, one.value) : one.value;
  const value = /[\s"]/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
  return `${one.exclude ? "-" : ""}${typedName(one.field)}:${value}`;
}

/**
 * The conditions with what was typed. A range takes the place of the ranges of its field: it would only widen them.
 * @param {Condition[]} before @param {Condition[]} typed @returns {Condition[]}
 */
export function withTyped(before, typed) {
  const isSame = (/** @type {Condition} */ one, /** @type {Condition} */ other) =>
    one.field === other.field && one.exclude === other.exclude && (one.value === other.value || FIELDS[one.field].kind !== undefined);
  return [...before.filter((one) => !typed.some((added) => isSame(added, one))), ...typed];
}

/** The piece of a text that the cursor is in. @param {string} text @param {number} cursor @returns {Piece} */
export function pieceAt(text, cursor) {
  return pieces(text).find((piece) => piece.start <= cursor && cursor <= piece.end) ?? { text: "", start: cursor, end: cursor };
}

/** Whether a text looks like the id of a request. @param {string} text */
export function isId(text) {
  return ID.test(text.trim());
}

/** @param {string} text @returns {Piece[]} */
function pieces(text) {
  return [...text.matchAll(PIECE)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
}
