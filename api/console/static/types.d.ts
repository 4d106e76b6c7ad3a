/** The answers of the API, as docs/api.md describes them. Ids beyond 2^53 are strings. */

export type Id = number | string;

export interface Usage {
  input_tokens: number; output_tokens: number; total_tokens: number; cached_tokens: number;
  cache_creation_tokens: number; image_input_tokens: number; reasoning_tokens: number; web_search_count: number;
}

export interface Detail {
  id: Id; log_id: Id; request_body?: string; response_body?: string;
  request_body_truncated: boolean; response_body_truncated: boolean;
}

export interface Log {
  id: Id; request_id: string; created_at: string; request_at: string; retry_at: string;
  group: string; model: string; token_name: string; endpoint: string; user: string; ip: string; content: string;
  channel: Id; code: number; mode: number; token_id: Id; retry_times: number; ttfb_milliseconds: number;
  used_amount: number; metadata: Record<string, string>; price: Record<string, number>; usage: Usage;
  request_detail: Detail; [field: string]: unknown;
}

export interface Highlight { matched: string[]; fragments: Record<string, string[]> }
export interface Page { logs: Log[]; total: number; as_of: string; highlights?: Highlight[] }
export interface FacetValue { value: string | number; count: number }
export interface Facet { values: FacetValue[]; distinct: number; other: number; none: number; exact: boolean }
export interface Facets { total: number; facets: Record<string, Facet> }
export interface Percentiles { count: number; p50: number | null; p90: number | null; p95: number | null; p99: number | null }
export interface Bar { start: string; total: number; success: number; error: number; used_amount: number; total_tokens: number }
export interface TopEntry { value: string | number; count: number; used_amount: number }

export interface Totals {
  start: string; end: string; total: number; success: number; error: number; used_amount: number; usage: Usage;
  ttfb_milliseconds: Percentiles; duration_milliseconds: Percentiles;
}

export interface Stats extends Totals {
  interval: string; histogram: Bar[]; previous?: Totals; series?: Series;
  top: Record<string, { by_count: TopEntry[]; by_amount: TopEntry[] }>;
}

/** Figures over time: one entry for each bar of the histogram. */
export interface Lists { count: number[]; used_amount: number[]; total_tokens: number[] }
export interface Series { by: string; values: (Lists & { value: string | number })[]; other: Lists }

export interface ErrorGroup {
  message: string; query: string; count: number; share: number; first: string; last: string; bars: number[];
  channel: { values: FacetValue[]; distinct: number }; model: { values: FacetValue[]; distinct: number };
  group?: { values: FacetValue[]; distinct: number }; code: { values: FacetValue[]; distinct: number };
  example: { id: Id; request_id: string; content: string };
}
export interface ErrorGroups { total: number; read: number; start: string; end: string; distinct: number; errors: ErrorGroup[] }
export interface Neighbours { before: Log[]; log: Log; after: Log[] }
export interface Freshness {
  now: string; newest: string; age_milliseconds: number | null;
  index: { complete_to: string; behind_milliseconds: number | null; waiting: number | null; reported_at: string };
}

/** One filter of the console: `only` or `exclude` of the API. */
export interface Condition { field: string; value: string; exclude: boolean }

/** Everything that the address of the page says. */
export interface View {
  tab: "logs" | "errors" | "spend"; group: string; query: string; conditions: Condition[];
  status: "all" | "success" | "error"; from: string; to: string; order: string; page: number; per_page: number;
  open: string; pane: string; compare: string; live: boolean; by: string; measure: "amount" | "requests" | "tokens";
}
