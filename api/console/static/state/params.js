// @ts-check
/** What the page shows ↔ parameters of the API. Pure. */

/** @typedef {import("../types.d.ts").View} View */
/** @typedef {{start: number | null, end: number | null}} Window */
/** @typedef {[string, string][]} Params */

/** The filters of a view, for every route. @param {View} view @param {Window} window @returns {Params} */
export function filters(view, window) {
  /** @type {Params} */
  const params = [];
  if (view.query) params.push(["query", view.query]);
  if (view.status !== "all") params.push(["code_type", view.status]);
  if (window.start !== null) params.push(["start_timestamp", String(window.start)]);
  if (window.end !== null) params.push(["end_timestamp", String(window.end)]);
  for (const one of view.conditions) params.push([one.exclude ? "exclude" : "only", `${one.field}:${one.value}`]);
  return params;
}

/** The parameters of a page of the list. No bodies: they come with the one log that is opened. @param {View} view @param {Window} window @param {string} asOf @returns {Params} */
export function pageParams(view, window, asOf) {
  return [
    ...filters(view, window),
    ["page", String(view.page)],
    ["per_page", String(view.per_page)],
    ["order", view.order],
    ["include_detail", "false"],
    ["as_of", asOf],
    .../** @type {Params} */ (view.query ? [["highlight", "true"]] : []),
  ];
}

/** What decides which logs match: when it changes, everything is asked again. @param {View} view */
export function searchKey(view) {
  const { group, query, status, from, to, conditions, tab } = view;
  return JSON.stringify([group, query, status, from, to, conditions, tab, tab === "spend" && seriesFields(view)[0]]);
}

/** The field whose values are shown over time, and those to choose from: a group sees no channels. @param {View} view @returns {[string, string[]]} */
export function seriesFields({ by, group }) {
  const fields = ["model", "channel", "token_name", "user", "group"].filter((field) => !group || (field !== "channel" && field !== "group"));
  return [fields.includes(by) ? by : fields[0], fields];
}

/** How the address names a log. @param {import("../types.d.ts").Log} log */
export function nameOf(log) {
  if (log.id) return String(log.id);
  return log.request_id ? `request:${log.request_id}` : `at:${log.created_at}`;
}
