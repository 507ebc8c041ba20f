// What every ceremony with a passkey needs. Password managers that stand in for a browser often lack its toJSON().

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const SPELLED = { "+": "-", "/": "_", "=": "" };
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+/=]/g, (letter) => SPELLED[letter]);

export const isPossible = (place) => window.PublicKeyCredential && location.origin === place.dataset.origin;

export async function ask(place, address, body = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": place.dataset.token };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.redirected) location.assign(answer.url); // the sign-in is over
  const told = await answer.json().catch(() => ({}));
  if (told.location) location.assign(told.location);
  if (!answer.ok) throw Object.assign(new Error(told.message ?? place.dataset.failed), { told });
  return told;
}

// Asks the authenticator (what is "get" or "create"), and then the portal about its answer. Boxes may be ticked meanwhile.
export async function perform(place, what, body = () => ({}), options = {}) {
  const { publicKey } = await ask(place, place.dataset.options, body());
  publicKey.challenge = toBytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
  for (const each of publicKey.allowCredentials ?? publicKey.excludeCredentials) each.id = toBytes(each.id);
  const credential = await navigator.credentials[what]({ publicKey, ...options });
  const response = { transports: credential.response.getTransports?.() };
  for (const part of PARTS) if (credential.response[part]) response[part] = toText(credential.response[part]);
  const { id, type } = credential;
  try {
    return await ask(place, place.dataset.answer, { ...body(), credential: { id, type, response } });
  } catch (error) {
    if (error.told?.error === "passkey_unknown")
      PublicKeyCredential.signalUnknownCredential?.({ rpId: publicKey.rpId, credentialId: id }).catch(() => {});
    throw error;
  }
}

export function show(place, error) {
  const problem = place.querySelector("[data-passkey-problem]");
  const { failed, [error.name]: known } = place.dataset;
  problem.querySelector("p").textContent = error.told ? error.message : (known ?? failed);
  place.hidden = problem.hidden = false;
}

// Shows the button of the place, which does what is asked.
export function offer(place, act) {
  const button = place.querySelector("button");
  place.hidden = button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      show(place, error);
      button.disabled = false;
    }
  });
}
