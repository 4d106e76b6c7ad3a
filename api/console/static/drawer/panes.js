// @ts-check
/** The panes of the drawer, in their order. */

export const PANES = /** @type {const} */ (["conversation", "assembled", "json", "raw", "fields", "around"]);
