// Closes an open menu on Escape, on a press elsewhere, and when the focus leaves it; opening needs no script.

const open = () => document.querySelectorAll("details[data-menu][open]");

function leave(event) {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

document.addEventListener("click", leave);
document.addEventListener("focusin", leave);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
