// @ts-check
/** The fields that the query bar knows. Pure. */

import { isRange } from "./ranges.js";

/**
 * @typedef {object} Field
 * @property {boolean} hasFacet whether the API counts its values
 * @property {(value: string) => boolean} isCondition whether the API accepts this value
 * @property {import("./ranges.js").Kind} [kind] of its numbers, if it takes ranges of them
 * @property {string} [typed] the shorter name that the bar writes
 * @property {string} [label] its name on the page, if that is the name of a column
 * @property {string[]} [examples] ranges to suggest
 */

const isText = () => true;
/** @param {string} value */
const isNumber = (value) => value === "" || /^(0|-?[1-9]\d{0,18})$/.test(value);

/** By the names of the API. @type {Record<string, Field>} */
export const FIELDS = {
  model: { hasFacet: true, isCondition: isText },
  token_name: { hasFacet: true, isCondition: isText },
  group: { hasFacet: true, isCondition: isText },
  channel: { hasFacet: true, isCondition: isNumber },
  code: { hasFacet: true, isCondition: isNumber },
  user: { hasFacet: true, isCondition: isText },
  endpoint: { hasFacet: true, isCondition: isText },
  ip: { hasFacet: false, isCondition: isText },
  request_id: { hasFacet: false, isCondition: isText },
  token_id: { hasFacet: false, isCondition: isNumber },
  duration_milliseconds: numbers("duration", "duration", "duration", ["1000..", "10000..", "30000..", "60000.."]),
  ttfb_milliseconds: numbers("duration", "ttfb", "ttfb", ["1000..", "5000..", "10000.."]),
  used_amount: numbers("amount", "amount", "amount", ["0.01..", "0.1..", "1.."]),
  total_tokens: numbers("count", "tokens", "tokens", ["10000..", "100000.."]),
  input_tokens: numbers("count", "input_tokens", "input_tokens", ["10000..", "100000.."]),
  output_tokens: numbers("count", "output_tokens", "output_tokens", ["1000..", "10000.."]),
  retry_times: numbers("count", "retries", "retries", ["1..", "3.."]),
};

/** Shorter names that people type. @type {Record<string, string>} */
const ALIASES = {
  token: "token_name", request: "request_id", status: "code",
  ...Object.fromEntries(Object.entries(FIELDS).flatMap(([name, { typed }]) => (typed ? [[typed, name]] : []))),
};

/** @param {string} typed @returns {string} the name of a field, or "" */
export function fieldOf(typed) {
  const name = typed.toLowerCase();
  if (Object.hasOwn(FIELDS, name)) return name;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : "";
}

/** The name of a field as the bar writes it. @param {string} field */
export function typedName(field) {
  return FIELDS[field].typed ?? field;
}

/** @param {import("./ranges.js").Kind} kind @param {string} typed @param {string} label @param {string[]} examples @returns {Field} */
function numbers(kind, typed, label, examples) {
  return { hasFacet: false, isCondition: (value) => isRange(kind, value), kind, typed, label, examples };
}
