// Signs in with a passkey: suggested in the name field, or by a button.

import { isPossible, offer, perform, show } from "./passkeys.js";

const RENEWED_AFTER = 240_000; // milliseconds, of 300,000
const MOST_FAILURES = 3; // in a row; then none is suggested

const place = document.querySelector("[data-passkey-get]");
const boxes = [...document.querySelectorAll("[type=checkbox]")];
const body = () => Object.fromEntries(boxes.map((box) => [box.name, box.checked]));

if (place && isPossible(place)) {
  const suggests = "suggested" in place.dataset && PublicKeyCredential.isConditionalMediationAvailable?.();
  if (await suggests) suggest();
  else offer(place, signIn);
}

async function suggest() {
  for (let failures = 0; failures < MOST_FAILURES; ) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), RENEWED_AFTER);
    try {
      return await signIn({ mediation: "conditional", signal: late.signal });
    } catch (error) {
      if (late.signal.aborted) continue;
      failures += 1;
      if (error.told) show(place, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function signIn(options) {
  location.assign((await perform(place, "get", body, options)).next);
}
