// Adds a passkey: by a button, or once after a sign-in by password where the browser makes one by itself.

import { isPossible, perform, show } from "./passkeys.js";

const place = document.querySelector("[data-passkey-create]");
if (place && isPossible(place)) {
  const button = place.querySelector("button");
  place.hidden = button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      location.assign((await perform(place, "create")).next);
    } catch (error) {
      show(place, error);
      button.disabled = false;
    }
  });
}

const unasked = document.querySelector("[data-passkey-unasked]");
const mark = unasked?.dataset.passkeyUnasked;
if (unasked && !place && isPossible(unasked) && !localStorage.getItem(mark) && (await canComeUnasked())) {
  try {
    const told = await perform(unasked, "create", { unasked: true }, { mediation: "conditional" });
    unasked.querySelector("p").textContent = told.notice;
    unasked.hidden = false;
  } catch {
    // The browser has its reasons, and nobody asked: nothing is said.
  } finally {
    localStorage.setItem(mark, "tried");
  }
}

async function canComeUnasked() {
  return (await PublicKeyCredential.getClientCapabilities?.())?.conditionalCreate;
}
