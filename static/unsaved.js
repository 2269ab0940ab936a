// Asks before a page is left on which something was typed that is not kept. Without this file nothing asks.

const form = document.getElementById("desk");
const fields = [...form.elements].filter((field) => field.matches("textarea"));
let sending = false;

form.addEventListener("submit", () => {
  sending = true;
});
addEventListener("pageshow", () => {
  sending = false;
});
addEventListener("beforeunload", (event) => {
  const typed = "unsaved" in form.dataset || fields.some((field) => field.value !== field.defaultValue);
  if (typed && !sending) event.preventDefault();
});
