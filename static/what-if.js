// Shows what other levels would do as soon as they are chosen: the form goes to the server, and the outcome comes back.
// Nothing is stored, here or there. Without this file the button of the form does the same.

const PAUSE = 200; // ms: the arrow keys pass over other levels
const PATIENCE = 20_000; // ms for an answer

const form = document.querySelector("form[data-what-if]");
const outcome = document.querySelector("[data-outcome]");
const state = document.querySelector("[data-what-if-state]");
let timer = 0;
let latest = null; // the request that what is shown waits for
let behind = false; // whether what is shown lags behind the choices

function soon(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(send, pause);
}

async function send() {
  latest?.abort();
  const mine = (latest = new AbortController());
  const late = setTimeout(() => mine.abort(), PATIENCE);
  try {
    const answer = await ask(mine.signal);
    if (mine === latest) show(answer);
  } catch (error) {
    if (mine === latest) lag(error.status ? state.dataset.refused : state.dataset.offline);
  } finally {
    clearTimeout(late);
  }
}

async function ask(signal) {
  const changed = [...new FormData(form)].filter(([, level]) => level);
  const body = new URLSearchParams(changed);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw Object.assign(new Error(), { status: response.status });
  return response.json();
}

function show(answer) {
  behind = false;
  outcome.innerHTML = answer.outcome;
  for (const place of form.querySelectorAll("[data-count]")) place.textContent = answer.counts[place.dataset.count];
  say(answer.said, "saved");
}

function lag(why) {
  behind = true;
  say(why, "waiting");
}

function say(text, now) {
  state.querySelector("[role=status]").textContent = text;
  state.querySelector("a").hidden = false;
  state.dataset.now = now;
}

form.addEventListener("change", () => soon());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  soon(0);
});
addEventListener("online", () => behind && soon(0));
