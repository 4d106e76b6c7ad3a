// @ts-check
/** The tries of one request as one row. Pure. */

/** @typedef {import("../types.d.ts").Log} Log @typedef {{log: Log, tries: Log[]}} Row */

/**
 * Logs of one group with the same request id are tries of the same request. The one that comes first leads.
 * @param {Log[]} logs @returns {Row[]}
 */
export function foldTries(logs) {
  /** @type {Map<unknown, Row>} */
  const rows = new Map();
  for (const log of logs) {
    const key = log.request_id ? `${log.group} ${log.request_id}` : log;
    const found = rows.get(key);
    if (found) found.tries.push(log);
    else rows.set(key, { log, tries: [] });
  }
  return [...rows.values()];
}
