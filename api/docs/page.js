// Shows the routes of openapi.json, each with a form that sends a request. Texts become text nodes, never HTML.

const MAX_SHOWN = 200_000; // characters of an answer

const key = document.getElementById("key");

/** Return an element with attributes and children; a text among the children stays text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Return the field in which the value of a parameter is given. */
function field(parameter) {
  const { enum: options, default: preset } = parameter.schema;
  const attributes = { name: parameter.name, "data-in": parameter.in };
  if (parameter.required) attributes.required = "";
  if (!options) return element("input", { ...attributes, placeholder: preset ?? "" });
  return element("select", attributes, ...["", ...options].map((option) => element("option", {}, String(option))));
}

/** Return the address and the headers of the request that a form describes. */
function request(path, form) {
  const headers = key.value ? { Authorization: `Bearer ${key.value}` } : {};
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-in]")) {
    if (!input.value) continue;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.in === "query") query.append(input.name, input.value);
    if (input.dataset.in === "header") headers[input.name] = input.value;
  }
  return { address: `.${path}${query.size ? `?${query}` : ""}`, headers };
}

/** Return JSON with line breaks, and anything else as it is. */
function readable(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  // Of the text, not of the parsed value: that would round large ids.
  let depth = 0;
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => {
    const line = () => `\n${"  ".repeat(depth)}`;
    if (token === ",") return token + line();
    if (token === ":") return ": ";
    if (token === "{" || token === "[") return token + ((depth += 1), line());
    if (token === "}" || token === "]") return ((depth -= 1), line()) + token;
    return token;
  });
}

/** Send the request and show the answer as it comes, until it ends or is stopped. */
async function send(path, form, output, signal) {
  const { address, headers } = request(path, form);
  output.textContent = `GET ${new URL(address, location).href}\n…`;
  const answer = await fetch(address, { headers, signal });
  const head = `GET ${answer.url}\n${answer.status}, X-Request-Id ${answer.headers.get("X-Request-Id")}\n\n`;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done && text.length < MAX_SHOWN; part = await reader.read()) {
    text += part.value;
    output.textContent = head + text;
  }
  reader.cancel();
  output.textContent = head + (text.length < MAX_SHOWN ? readable(text) : `${text.slice(0, MAX_SHOWN)}\n…`);
}

/** Return the form of a route. */
function form(path, route) {
  const output = element("pre");
  const button = element("button", {}, "Send");
  const rows = (route.parameters ?? []).flatMap((parameter) => [
    element("label", {}, parameter.name),
    field(parameter),
    element("small", {}, parameter.description ?? ""),
  ]);
  const made = element("form", {}, ...rows, button, element("output", {}, output));
  let running = null;
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return running.abort();
    running = new AbortController();
    button.textContent = "Stop";
    try {
      await send(path, made, output, running.signal);
    } catch (error) {
      output.textContent += `\n${error.message}`;
    }
    running = null;
    button.textContent = "Send";
  });
  return made;
}

/** Show all routes, by their tags. */
async function show() {
  const { paths } = await (await fetch("openapi.json")).json();
  const main = document.getElementById("routes");
  const sections = new Map();
  for (const [path, { get: route }] of Object.entries(paths)) {
    const tag = route.tags?.[0] ?? "";
    if (!sections.has(tag)) sections.set(tag, main.appendChild(element("section", {}, element("h2", {}, tag))));
    const summary = element("summary", {}, element("code", {}, path), route.summary ?? "");
    sections.get(tag).append(element("details", {}, summary, form(path, route)));
  }
}

show();
