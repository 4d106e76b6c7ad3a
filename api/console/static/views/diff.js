// @ts-check
/** What two texts have in common, line by line. Pure. */

/** @typedef {{kind: "same" | "left" | "right", text: string}} Line */

const MAX_CELLS = 4_000_000; // of the table that is filled; beyond it only the ends are compared

/** @param {string} left @param {string} right @returns {Line[]} */
export function diffLines(left, right) {
  const [a, b] = [left.split("\n"), right.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

/** @param {string[]} lines @returns {Line[]} */
function same(lines) {
  return lines.map((text) => ({ kind: "same", text }));
}

/** @param {string[]} a @param {string[]} b @returns {Line[]} */
function between(a, b) {
  if (a.length * b.length > MAX_CELLS) return [...marked(a, "left"), ...marked(b, "right")];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width); // of the common lines behind each pair
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  return walked(a, b, longest, width);
}

/** @param {string[]} a @param {string[]} b @param {Uint32Array} longest @param {number} width @returns {Line[]} */
function walked(a, b, longest, width) {
  /** @type {Line[]} */
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) (found.push({ kind: "same", text: a[i] }), (i += 1), (j += 1));
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) (found.push({ kind: "left", text: a[i] }), (i += 1));
    else (found.push({ kind: "right", text: b[j] }), (j += 1));
  }
  return [...found, ...marked(a.slice(i), "left"), ...marked(b.slice(j), "right")];
}

/** @param {string[]} lines @param {"left" | "right"} kind @returns {Line[]} */
function marked(lines, kind) {
  return lines.map((text) => ({ kind, text }));
}
