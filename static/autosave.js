// Saves each answer as it is given: changed fields only, one request at a time, each repeated until it is answered.
// What is not saved yet waits in this browser's storage, and goes up from the next page of the assessment that opens.
// Without this file the buttons of the form save.

const PREFIX = "octant ";
const PAUSE = 700; // ms after the last keystroke
const BREATH = 150; // ms after a choice: the arrow keys pass over others
const FIRST_WAIT = 1_000; // ms until another try, doubled each time
const LONGEST_WAIT = 30_000;
const PATIENCE = 20_000; // ms for an answer
const ENDED = [403, 404, 410]; // the link, or this page for it, is no more
const TOO_LARGE = 413;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const KEPT_ALIVE = 60_000; // bytes that a browser still sends when its page is left

const home = new URL(document.querySelector("a.header-note").href).pathname;
const form = document.querySelector("form[data-autosave]");

/**
 * What was changed on one page and is not known to be saved, fields by name: `waiting` to be sent, `sending` (sent, but
 * not answered), and `held` (refused: not sent again before it changes). `seen` is the state that the respondent saw.
 */
class Unsaved {
  constructor(address, key = `${PREFIX}${address} ${crypto.getRandomValues(new Uint32Array(1))[0]}`) {
    Object.assign(this, { address, key, waiting: {}, sending: {}, held: {}, seen: {} });
  }

  /** What pages of this assessment left behind. */
  static stored() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX + home));
      return keys.map((key) => Object.assign(new Unsaved(key.split(" ")[1], key), JSON.parse(localStorage.getItem(key))));
    } catch {
      return []; // no storage here
    }
  }

  get fields() {
    return { ...this.held, ...this.sending, ...this.waiting };
  }

  get settled() {
    return isEmpty(this.sending) && isEmpty(this.waiting);
  }

  keep() {
    const { waiting, sending, held, seen } = this;
    try {
      if (isEmpty(this.fields)) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify({ waiting, sending, held, seen }));
    } catch {
      // no storage here: then what waits lives as long as the page
    }
  }

  forget() {
    Object.assign(this, { waiting: {}, sending: {}, held: {}, seen: {} });
    this.keep();
  }

  /** Sends what waits; an earlier request without an answer goes first, as it was: it may have arrived. */
  async send() {
    if (isEmpty(this.sending)) [this.sending, this.waiting] = [this.waiting, {}];
    this.keep();
    const body = new URLSearchParams({ ...this.seen, ...this.sending }).toString();
    const response = await fetch(this.address, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      keepalive: body.length < KEPT_ALIVE,
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    if (!response.ok) throw Object.assign(new Error(), { status: response.status });
    const answer = await response.json();
    const sent = this.sending;
    this.sending = {};
    for (const name of Object.keys(sent)) delete this.held[name];
    for (const name of answer.held) if (!(name in this.waiting)) this.held[name] = sent[name];
    for (const [name, value] of Object.entries(answer.seen)) if (name in this.seen) this.seen[name] = value;
    if (isEmpty(this.fields)) this.seen = {};
    this.keep();
    return { answer, sent };
  }
}

const isEmpty = (fields) => Object.keys(fields).length === 0;
const addressOf = (form) => form.getAttribute("action").split("?")[0];

/** Sends what other pages of this assessment could not, and says where something is still not saved. */
async function sendLeftovers() {
  for (const unsaved of Unsaved.stored()) {
    if (form && unsaved.address === addressOf(form)) continue;
    unsaved.waiting = { ...unsaved.held, ...unsaved.waiting };
    unsaved.held = {};
    try {
      while (!unsaved.settled) await unsaved.send();
    } catch (error) {
      if (ENDED.includes(error.status)) unsaved.forget();
    }
    if (!isEmpty(unsaved.fields)) tellLeftover(unsaved.address);
  }
}

function tellLeftover(address) {
  const notice = document.querySelector("[data-leftover]");
  notice.querySelector("a").href = address;
  notice.hidden = false;
}

/** The page of a theme, which saves itself. */
class Page {
  constructor() {
    this.unsaved = new Unsaved(addressOf(form));
    this.state = form.querySelector("[data-save-state]");
    this.whole = new Set(); // questions of which everything was sent
    this.tries = 0;
    this.failure = null; // of the last try: "network", "server" or "ended"
    this.busy = null;
    this.timer = 0;
  }

  start() {
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("focusout", () => this.unsaved.settled || this.tries || this.soon(0));
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("click", (event) => this.follow(event), true);
    addEventListener("online", () => this.soon(0));
    addEventListener("pagehide", () => this.go());
    this.restore();
  }

  /** Puts back into the form what an earlier visit could not save. */
  restore() {
    for (const old of Unsaved.stored().filter((old) => old.address === this.unsaved.address)) {
      for (const [name, value] of Object.entries(old.fields)) this.show(name, value);
      Object.assign(this.unsaved.sending, old.sending);
      Object.assign(this.unsaved.waiting, old.held, old.waiting);
      Object.assign(this.unsaved.seen, old.seen);
      old.forget();
    }
    this.unsaved.keep();
    if (!this.unsaved.settled) this.soon(0);
  }

  show(name, value) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
      if (value) field.closest("details")?.setAttribute("open", "");
      this.offerToTakeBack(field);
    }
  }

  offerToTakeBack(field) {
    const section = sectionOf(field);
    const button = section.querySelector("[name=take_back]");
    if (button && field.name === section.id) button.hidden = false;
  }

  changed(field) {
    const { unsaved } = this;
    const section = sectionOf(field);
    const seen = section.querySelector("input[type=hidden]");
    if (seen) unsaved.seen[seen.name] ??= seen.value;
    const collides = section.querySelector(".overtaken");
    const held = namesIn(section).filter((name) => name in unsaved.held);
    const goes = collides ? unsaved.held : unsaved.waiting;
    for (const name of held) {
      goes[name] ??= unsaved.held[name]; // what was refused goes up again with what mends it
      if (!collides) delete unsaved.held[name];
    }
    goes[field.name] = field.value;
    this.offerToTakeBack(field);
    unsaved.keep();
    if (!collides) this.soon(field.type === "radio" ? BREATH : PAUSE);
  }

  soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.go(), pause);
  }

  /** Sends until nothing waits, or until it fails. */
  go() {
    clearTimeout(this.timer);
    this.busy ??= this.work().finally(() => (this.busy = null));
    return this.busy;
  }

  async work() {
    while (!this.unsaved.settled && this.failure !== "ended") {
      this.say("saving");
      let saved;
      try {
        saved = await this.unsaved.send();
      } catch (error) {
        return this.fail(error.status);
      }
      this.tries = 0;
      this.failure = null;
      this.take(saved.answer, saved.sent);
    }
  }

  fail(status) {
    if (ENDED.includes(status)) {
      this.failure = "ended";
      this.unsaved.forget(); // what was typed is still on the page
      return this.say("ended");
    }
    if (status === TOO_LARGE) {
      Object.assign(this.unsaved.held, this.unsaved.sending);
      this.unsaved.sending = {};
      this.unsaved.keep();
      return this.say("refused", this.state.dataset.large);
    }
    this.failure = status === undefined ? "network" : "server";
    this.say("waiting");
    this.soon(Math.min(FIRST_WAIT * 2 ** this.tries++, LONGEST_WAIT));
  }

  /** Shows what the answer to a save says. */
  take(answer, sent) {
    for (const [name, value] of Object.entries(answer.seen)) form.elements[name].value = value;
    for (const section of form.querySelectorAll(".question")) {
      if (namesIn(section).some((name) => name in sent)) this.clear(section);
    }
    for (const error of answer.errors) this.tell(error);
    for (const [question, panel] of Object.entries(answer.overtaken)) {
      if (this.whole.has(question)) this.collide(question, panel);
      else this.sendWhole(question);
    }
    for (const question of answer.lacking) document.getElementById(question).dataset.lacking = "";
    for (const [place, text] of Object.entries(answer.progress)) {
      document.querySelector(`[data-${place}]`).textContent = text;
    }
    this.sum();
  }

  /** The state of the whole page, not only of the last save. */
  sum() {
    const told = [...form.querySelectorAll(".field-error")].map((one) => `${nameOf(one)}: ${one.textContent.trim()}`);
    const lacking = [...form.querySelectorAll(".question[data-lacking]")].map(nameOf);
    const collides = form.querySelector(".overtaken");
    if (collides) this.say("overtaken");
    else if (!isEmpty(this.unsaved.held)) this.say("refused", told.join(" "));
    else if (lacking.length) this.say("lacking", lacking.join(", "));
    else this.say("saved");
    if (!told.length && !collides) document.querySelector(".error-summary")?.remove();
  }

  clear(section) {
    delete section.dataset.lacking;
    for (const old of section.querySelectorAll(".field-error")) old.remove();
    for (const control of section.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    if (!section.querySelector(".overtaken")) section.classList.remove("has-error");
  }

  tell({ target, message }) {
    const control = document.getElementById(target);
    const told = document.createElement("p");
    told.className = "field-error";
    told.id = `${control.name}-error`;
    told.textContent = message;
    control.setAttribute("aria-invalid", "true");
    const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== told.id);
    control.setAttribute("aria-describedby", [...described, told.id].join(" "));
    (control.closest(".levels, .states .choice, .grades") ?? control).before(told);
  }

  /** Two answers are shown side by side as they stand on both sides, not only by what was changed here. */
  sendWhole(question) {
    this.whole.add(question);
    const section = document.getElementById(question);
    for (const [name, value] of new FormData(form)) {
      if (namesIn(section).includes(name) && name !== `revision-${question}`) this.unsaved.waiting[name] = value;
    }
    this.unsaved.keep();
  }

  collide(question, panel) {
    const section = document.getElementById(question);
    const earlier = section.querySelector(".overtaken");
    section.querySelector("fieldset").insertAdjacentHTML("beforebegin", panel);
    section.classList.add("has-error");
    if (earlier) earlier.remove();
    else section.querySelector(".overtaken").focus();
  }

  say(what, detail = "") {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, CLOCK);
    const text = this.state.dataset[what].replace("{time}", time).replace("{what}", detail);
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.dataset.now = what;
  }

  /** The form is sent whole, once nothing is under way any more: two requests must not overtake each other. */
  async submit(event) {
    const { name, value } = event.submitter ?? {};
    if (name === "keep_saved") {
      for (const field of namesIn(document.getElementById(value))) delete this.unsaved.held[field];
      this.unsaved.keep();
    }
    if (this.leaving || (this.unsaved.settled && !this.busy)) return;
    event.preventDefault();
    await Promise.all([this.go(), new Promise(setTimeout)]); // a form cannot be sent from within its own event
    if (!this.unsaved.settled && this.failure === "network") return;
    this.leaving = true;
    form.requestSubmit(event.submitter);
    this.leaving = false;
  }

  /** Before a link is followed, what waits is saved. If that fails it is kept, and goes up from the next page. */
  async follow(event) {
    const link = event.target.closest("a[href]");
    const plain = link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.target;
    const leads = plain && link.origin === location.origin && link.pathname !== location.pathname;
    if (!leads || (this.unsaved.settled && !this.busy)) return;
    event.preventDefault();
    await this.go();
    if (navigator.onLine) location.assign(link.href); // else the page would be lost from sight
  }
}

const sectionOf = (element) => element.closest(".question");
const nameOf = (element) => sectionOf(element).getAttribute("aria-label");
const namesIn = (section) => [...new Set([...section.querySelectorAll("[name]")].map((field) => field.name))];

if (form) new Page().start();
sendLeftovers();
addEventListener("online", sendLeftovers);
