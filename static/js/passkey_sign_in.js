// Signs in with a passkey: among the suggestions of the name's field, or else by a button.

import { isPossible, perform, show } from "./passkeys.js";

const RENEWED_AFTER = 240_000; // milliseconds; the portal's question is valid for five minutes
const MOST_FAILURES = 3; // in a row, after which the suggestions stay away

const place = document.querySelector("[data-passkey-get]");
const button = place?.querySelector("button");
const body = () => ({ remember: Boolean(document.querySelector("[name=remember]")?.checked) });

if (place && isPossible(place)) {
  const suggests = "suggested" in place.dataset && PublicKeyCredential.isConditionalMediationAvailable?.();
  if (await suggests) suggest();
  else offer();
}

function offer() {
  place.hidden = button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await signIn();
    } catch (error) {
      show(place, error);
      button.disabled = false;
    }
  });
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
  const { next } = await perform(place, "get", body(), options);
  location.assign(next);
}
