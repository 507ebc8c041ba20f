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
if (unasked && !place && isPossible(unasked) && !wasTried() && (await canComeUnasked())) {
  try {
    const told = await perform(unasked, "create", { unasked: true }, { mediation: "conditional" });
    const link = unasked.querySelector("a");
    unasked.querySelector("[data-passkey-notice]").textContent = told.notice;
    link.href = told.link;
    unasked.hidden = false;
  } catch {
    // The browser has its reasons, and nobody asked: nothing is said.
  } finally {
    localStorage.setItem(unasked.dataset.passkeyUnasked, "tried");
  }
}

function wasTried() {
  return localStorage.getItem(unasked.dataset.passkeyUnasked) !== null;
}

async function canComeUnasked() {
  return (await PublicKeyCredential.getClientCapabilities?.())?.conditionalCreate;
}
