// Lets people see the password they type. The field is a password again before the form is sent,
// so no browser suggests the typed text later.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) continue;
  button.hidden = false;
  button.addEventListener("click", () => show(button, input, input.type === "password"));
  input.form?.addEventListener("submit", () => show(button, input, false));
}

function show(button, input, visible) {
  input.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
}
