// Sends a form once: a second click meanwhile would count as another request.

const WAIT = 5000; // milliseconds; then an answer that never came may be asked for again

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    const now = Date.now();
    if (now - Number(form.dataset.sent ?? 0) < WAIT) event.preventDefault();
    else form.dataset.sent = now;
  });
}

// Who comes back by history may send it again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
