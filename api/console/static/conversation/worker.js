// @ts-check
/** Reads large bodies in a thread of its own, so that the page never stalls. */

import { readAnswer, readRequest } from "./read.js";

addEventListener("message", ({ data }) => {
  postMessage({ number: data.number, request: readRequest(data.request), answer: readAnswer(data.answer) });
});
