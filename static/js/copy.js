// Shows the copy buttons, and copies the value each of them stands beside.

const SHOWN_FOR = 2000; // milliseconds

for (const button of document.querySelectorAll("[data-copy]")) {
  const value = button.parentElement.querySelector("code");
  if (!value) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy(button, value));
}

async function copy(button, value) {
  try {
    await navigator.clipboard.writeText(value.textContent.trim());
  } catch {
    select(value); // no clipboard here (plain http): the person copies what is marked
    return;
  }
  tell(button);
}

function select(value) {
  const range = document.createRange();
  range.selectNodeContents(value);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function tell(button) {
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.setAttribute("role", "status");
  label.textContent = button.dataset.copied;
  button.classList.add("is-done");
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove("is-done");
  }, SHOWN_FOR);
}
