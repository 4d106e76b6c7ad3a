// @ts-check
/** A condition as people read it: `Duration`, `30 s and more`. */

import { t } from "../text/text.js";
import { FIELDS } from "./fields.js";
import { describeRange } from "./ranges.js";

/** @param {string} field */
export function labelOf(field) {
  return t(`column.${FIELDS[field]?.label ?? field}`);
}

/** @param {{field: string, value: string}} condition */
export function valueText({ field, value }) {
  const kind = FIELDS[field]?.kind;
  if (!value) return t("facets.none");
  if (!kind) return value;
  const { key, from, to } = describeRange(kind, value);
  return key ? t(key, { from, to }) : from;
}
