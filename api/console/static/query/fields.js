// @ts-check
/** The fields that the query bar knows. Pure. */

/**
 * @typedef {object} Field
 * @property {boolean} hasFacet whether the API counts its values
 * @property {(value: string) => boolean} isCondition whether the API accepts this value
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
};

/** Shorter names that people type. @type {Record<string, string>} */
const ALIASES = { token: "token_name", request: "request_id", status: "code" };

/** @param {string} typed @returns {string} the name of a field, or "" */
export function fieldOf(typed) {
  const name = typed.toLowerCase();
  return name in FIELDS ? name : (ALIASES[name] ?? "");
}
