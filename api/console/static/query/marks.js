// @ts-check
/** Where the words of a query are in a text. Pure. */

const WORD = /(-)?(?:"([^"]*)"?\S*|(\S+))/g;
const PART = /[\p{L}\p{N}\p{M}]+/gu;
const CJK = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\u0e00-\u0eff]/;
const MAX_PATTERN = 4000; // characters
/** @typedef {{text: string, isFound: boolean}} Segment */

/**
 * A pattern that finds what the query looks for; null where there is nothing to find.
 * @param {string} query @returns {RegExp | null}
 */
export function patternOf(query) {
  const alternatives = [...query.matchAll(WORD)].filter((match) => !match[1]).map((match) => pattern(match[2] ?? match[3]));
  const source = [...new Set(alternatives.filter(Boolean))].sort((a, b) => b.length - a.length).join("|");
  return source && source.length <= MAX_PATTERN ? new RegExp(source, "giu") : null;
}

/** @param {string} text @param {RegExp | null} found @returns {Segment[]} */
export function segments(text, found) {
  if (!found) return [{ text, isFound: false }];
  /** @type {Segment[]} */
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(found)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), isFound: false });
    parts.push({ text: match[0], isFound: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isFound: false });
  return parts;
}

/** @param {string} text @param {RegExp | null} found */
export function countFound(text, found) {
  return found ? [...text.matchAll(found)].length : 0;
}

/**
 * A fragment of the API: escaped text with `<em>` around what was found.
 * @param {string} fragment @returns {Segment[]}
 */
export function readFragment(fragment) {
  return fragment.split(/(<em>.*?<\/em>)/s).filter(Boolean).map((part) => {
    const isFound = part.startsWith("<em>");
    return { text: unescaped(isFound ? part.slice(4, -5) : part), isFound };
  });
}

/**
 * The fragment from shortly before the first word that was found, so that a narrow column shows it.
 * @param {Segment[]} parts @param {number} before characters @returns {Segment[]}
 */
export function fromFirstFound(parts, before) {
  const [first, ...rest] = parts;
  if (!first || first.isFound || first.text.length <= before) return parts;
  return [{ text: `…${first.text.slice(-before)}`, isFound: false }, ...rest];
}

/** @param {string} text one word or phrase */
function pattern(text) {
  const isPrefix = text.endsWith("*");
  const parts = text.match(PART) ?? [];
  if (!parts.length) return "";
  const [first, last] = [parts[0] ?? "", parts[parts.length - 1] ?? ""];
  const begin = CJK.test(first[0]) ? "" : "(?<![\\p{L}\\p{N}])";
  const end = isPrefix || CJK.test(last[last.length - 1]) ? "" : "(?![\\p{L}\\p{N}])";
  return begin + parts.join("[^\\p{L}\\p{N}]{1,6}") + end;
}

/** @param {string} text */
function unescaped(text) {
  /** @type {Record<string, string>} */
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#x2F": "/", "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#x27|#x2F|#39);/g, (_, name) => named[name]);
}
