// @ts-check
/** Logs as the page works with them, whatever form the API writes them in. */

const TIMES = /** @type {const} */ (["created_at", "request_at", "retry_at"]);
/** Beside the fields of one log, for other panels; the page reads them in `request_detail`. */
const COPIES = ["log_id", "request_body", "response_body", "request_body_truncated", "response_body_truncated"];

/**
 * A log with its times as RFC 3339, "" for none: with API_TIMES=epoch_ms they come as integers.
 * @param {any} log @returns {import("../types.d.ts").Log}
 */
export function readLog(log) {
  for (const name of TIMES) {
    if (typeof log[name] === "number") log[name] = log[name] ? new Date(log[name]).toISOString() : "";
  }
  return log;
}

/** The log of a `detail` answer. @param {any} data @returns {import("../types.d.ts").Log} */
export function readDetail(data) {
  const log = readLog(data);
  for (const name of COPIES) delete log[name];
  return log;
}
