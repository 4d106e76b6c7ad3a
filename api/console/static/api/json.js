// @ts-check
/** JSON whose whole numbers beyond 2^53 stay exact: they become strings. */

const LONG_NUMBER = /[:[,]\s*-?\d{16,}\s*[,\]}]/;

/**
 * @param {string} text
 * @returns {any}
 */
export function parseExact(text) {
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/**
 * @param {string} _key
 * @param {unknown} value
 * @param {{source?: string}} [context] the digits as they were written, where the browser tells them
 */
function keepDigits(_key, value, context) {
  const isInexact = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isInexact && context?.source && /^-?\d+$/.test(context.source) ? context.source : value;
}
