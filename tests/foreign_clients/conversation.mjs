// How a client talks with the test that runs it: one JSON object a line, on stdin and stdout.
// The test sends the settings first; whoever needs a person's browser asks `signIn`, whoever needs something else to
// happen at the portal asks `step`, and `finish` ends it all.

import { createInterface } from "node:readline";

console.log = console.error; // stdout is for the conversation, whatever a library has to say

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function read() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the test said no more");
  return JSON.parse(value);
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** What the test wants: issuer, client_id, redirect_uri and the like. */
export const settings = await read();

/** Where the person's browser came back to: the callback as an URL, or as a Request if the page posted to it. */
export async function signIn(authorizeUrl) {
  say({ authorize: String(authorizeUrl) });
  const { callback, posted } = await read();
  if (!posted) return new URL(callback);
  return new Request(callback, { method: "POST", body: new URLSearchParams(posted) });
}

/** The test has done what it knows under this name, with what it needs for that. */
export async function step(name, given) {
  say({ step: name, given });
  await read();
}

/** Tell the test what the client found out. */
export function finish(found) {
  say({ found });
  process.stdin.destroy();
}
