// Shows the copy buttons, and copies the value each of them stands beside.

const SHOWN_FOR = 2000; // milliseconds

for (const button of document.querySelectorAll("[data-copy]")) {
  const value = button.parentElement.querySelector("code");
  if (!value) continue;
  const label = button.querySelector("[data-copy-label]");
  button.dataset.copy = label.textContent;
  button.hidden = false;
  button.addEventListener("click", () => copy(button, label, value));
}

async function copy(button, label, value) {
  try {
    await navigator.clipboard.writeText(value.textContent.trim());
  } catch {
    select(value); // no clipboard here (plain http): the person copies what is marked
    return;
  }
  tell(button, label);
}

function select(value) {
  const range = document.createRange();
  range.selectNodeContents(value);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// A second press meanwhile begins anew.
function tell(button, label) {
  label.setAttribute("role", "status");
  label.textContent = button.title = button.dataset.copied;
  button.classList.add("is-done");
  clearTimeout(button.dataset.timer);
  button.dataset.timer = setTimeout(() => {
    label.textContent = button.title = button.dataset.copy;
    button.classList.remove("is-done");
  }, SHOWN_FOR);
}
