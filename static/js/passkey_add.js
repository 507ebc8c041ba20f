// Adds a passkey: by a button, or once after a sign-in by password where the browser makes one by itself.

import { isPossible, offer, perform } from "./passkeys.js";

const place = document.querySelector("[data-passkey-create]");
if (place && isPossible(place))
  offer(place, async () => location.assign((await perform(place, "create")).next));

const unasked = document.querySelector("[data-passkey-unasked]");
const mark = unasked?.dataset.passkeyUnasked;
if (unasked && !place && isPossible(unasked) && !localStorage.getItem(mark) && (await canComeUnasked())) {
  try {
    const told = await perform(unasked, "create", () => ({ unasked: true }), { mediation: "conditional" });
    unasked.querySelector("p").textContent = told.notice;
    unasked.hidden = false;
  } catch {
    // Nobody asked: nothing is said.
  } finally {
    localStorage.setItem(mark, "tried");
  }
}

async function canComeUnasked() {
  return (await PublicKeyCredential.getClientCapabilities?.())?.conditionalCreate;
}
