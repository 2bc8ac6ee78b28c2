"use strict";
// Hides what passed, and keeps the choice in the address, so that a link shows the same.
const only = document.getElementById("only-bad");
if (only) {
  const show = () => document.body.classList.toggle("only-bad", only.checked);
  only.addEventListener("change", () => {
    history.replaceState(null, "", only.checked ? "#only-bad" : location.pathname + location.search);
    show();
  });
  only.checked = location.hash === "#only-bad";
  show();
}
