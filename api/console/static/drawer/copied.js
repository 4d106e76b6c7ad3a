// @ts-check
/** A log as text for elsewhere: a request to repeat, JSON, or a conversation in Markdown. Pure. */

/** @typedef {import("../types.d.ts").Log} Log */

/** The request to the gateway, for a shell. The key is left out. @param {Log} log */
export function asCurl(log) {
  const body = log.request_detail.request_body ?? "";
  const quoted = body.replaceAll("'", "'\\''");
  return `curl "$GATEWAY${(log.endpoint || "/v1/chat/completions").replace(/["$`\\]/g, "")}" \\\n  -H "Authorization: Bearer $KEY" \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '${quoted}'`;
}

/** @param {Log} log */
export function asJson(log) {
  return JSON.stringify(log, null, 2);
}

/** @param {Log} log @param {import("../conversation/thread.js").Readings} readings */
export function asMarkdown(log, readings) {
  const head = `# ${log.model || "log"} · ${log.code}\n\n${log.created_at} · ${log.request_id}`;
  const messages = [...readings.request.messages, ...readings.answer.messages];
  const said = messages.map((message) => `## ${message.role}\n\n${message.parts.map(part).join("\n\n")}`);
  const error = readings.answer.error || (log.code === 200 ? "" : log.content);
  return [head, ...said, ...(error ? [`## error\n\n${error}`] : [])].join("\n\n") + "\n";
}

/** @param {import("../conversation/parts.js").Part} one */
function part(one) {
  if (one.kind === "text" || one.kind === "refusal") return one.text;
  if (one.kind === "media") return `[${one.media}${one.text ? ` ${one.text}` : ""}]`;
  if (one.kind === "reasoning") return one.text.replace(/^/gm, "> ");
  const fence = "`".repeat(Math.max(3, ...[...one.text.matchAll(/`+/g)].map((match) => match[0].length + 1)));
  return `${one.name ? `**${one.name}**\n\n` : ""}${fence}\n${one.text}\n${fence}`;
}
