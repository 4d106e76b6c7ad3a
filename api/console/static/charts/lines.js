// @ts-check
/** The series of the API as lines of one measure. Pure. */

/** @typedef {"amount" | "requests" | "tokens"} Measure */
/** @typedef {{value: string | number | null, points: number[], sum: number}} Line `null`: all other logs */

/** What a measure is called in an answer. */
const LISTS = /** @type {const} */ ({ amount: "used_amount", requests: "count", tokens: "total_tokens" });

/** The lines in the order of the answer, the others last, and only if there are any. @param {import("../types.d.ts").Series} series @param {Measure} measure @returns {Line[]} */
export function linesOf(series, measure) {
  const lists = [...series.values, ...(series.other.count.some(Boolean) ? [{ ...series.other, value: null }] : [])];
  return lists.map((one) => ({ value: one.value, points: one[LISTS[measure]], sum: one[LISTS[measure]].reduce((sum, point) => sum + point, 0) }));
}

/**
 * What the highest bar adds up to, and for each line its share of that in each bar. Negative amounts have no height.
 * @param {Line[]} lines @param {number} bars how many @returns {{highest: number, of: number[][]}}
 */
export function heights(lines, bars) {
  const positive = lines.map((line) => line.points.map((point) => Math.max(point, 0)));
  const sums = [...Array(bars).keys()].map((index) => positive.reduce((sum, points) => sum + points[index], 0));
  const highest = Math.max(...sums, 0);
  return { highest, of: positive.map((points) => points.map((point) => (highest ? point / highest : 0))) };
}
