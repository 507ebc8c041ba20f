// Tells what keeps the passkeys which of them still count, and what the account is called now.

for (const [attribute, signal] of [
  ["passkeyAccepted", "signalAllAcceptedCredentials"],
  ["passkeyPerson", "signalCurrentUserDetails"],
]) {
  const said = document.querySelector("[data-passkey-signals]")?.dataset[attribute];
  if (said) window.PublicKeyCredential?.[signal]?.(JSON.parse(said)).catch(() => {});
}
