// Buttons that copy a link or print the page. Without this file they stay hidden, and the link is there to be selected.

const said = document.querySelector("[data-copy-state]");

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    said.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(source); // not allowed to copy: at least it need not be marked by hand
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
