// A form that carries an answer on its way: sent without a click where there is JavaScript.
for (const form of document.querySelectorAll("form[data-submit-at-once]")) form.requestSubmit();
