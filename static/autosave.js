// Saves each answer as it is given: changed fields only, one request at a time, each repeated until it is answered.
// What is not saved yet waits in this browser's storage, and goes up from the next page of the assessment that opens.
// Without this file the buttons of the form save.

const PREFIX = "octant ";
const PAUSE = 700; // ms after the last keystroke
const BREATH = 150; // ms after a choice: the arrow keys pass over others
const FIRST_WAIT = 1_000; // ms until another try, doubled each time
const LONGEST_WAIT = 30_000;
const PATIENCE = 20_000; // ms for an answer
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

  /** What pages of this assessment left behind; all of it waits again. */
  static stored() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX + home))
      .map((key) => {
        const { held, sending, waiting, seen } = JSON.parse(localStorage.getItem(key));
        return Object.assign(new Unsaved(key.split(" ")[1], key), { waiting: { ...held, ...sending, ...waiting }, seen });
      });
  }

  get fields() {
    return { ...this.sending, ...this.waiting };
  }

  get empty() {
    return isEmpty(this.fields);
  }

  keep() {
    const { waiting, sending, held, seen } = this;
    try {
      if (this.empty && isEmpty(held)) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify({ waiting, sending, held, seen }));
    } catch {
      // no storage here: then what waits lives as long as the page
    }
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
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw Object.assign(new Error(), { status: response.status });
    const answer = await response.json();
    this.sending = {};
    this.keep();
    return answer;
  }
}

const isEmpty = (fields) => Object.keys(fields).length === 0;

/** Sends what other pages of this assessment could not, quietly. What collides there is shown when they are opened. */
async function sendLeftovers() {
  for (const unsaved of Unsaved.stored()) {
    if (form && unsaved.address === addressOf(form)) continue;
    const { fields } = unsaved;
    try {
      const answer = await unsaved.send();
      if (answer.not_saved.length) Object.assign(unsaved, { held: fields }).keep();
    } catch {
      return; // still no connection
    }
  }
}

const addressOf = (form) => form.getAttribute("action").split("?")[0];

/** The page of a theme, which saves itself. */
class Page {
  constructor() {
    this.unsaved = new Unsaved(addressOf(form));
    this.state = form.querySelector("[data-save-state]");
    this.tries = 0;
    this.final = false;
    this.busy = null;
    this.timer = 0;
  }

  start() {
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("focusout", () => this.unsaved.empty || this.soon(0));
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("click", (event) => this.follow(event), true);
    addEventListener("online", () => this.soon(0));
    addEventListener("pagehide", () => this.go());
    this.restore();
  }

  /** Puts back into the form what an earlier visit could not save. */
  restore() {
    for (const old of Unsaved.stored().filter((old) => old.address === this.unsaved.address)) {
      for (const [name, value] of Object.entries(old.waiting)) {
        for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
          if (field.type === "radio") field.checked = field.value === value;
          else field.value = value;
          field.closest("details")?.setAttribute("open", "");
        }
      }
      Object.assign(this.unsaved.waiting, old.waiting);
      Object.assign(this.unsaved.seen, old.seen);
      localStorage.removeItem(old.key);
    }
    this.unsaved.keep();
    if (!this.unsaved.empty) this.soon(0);
  }

  changed(field) {
    const { unsaved } = this;
    const question = field.closest(".question");
    const seen = question.querySelector("input[type=hidden]");
    unsaved.seen[seen.name] ??= seen.value;
    const held = this.fieldsOf(question, unsaved.held);
    const collides = question.querySelector(".overtaken");
    const goes = collides ? unsaved.held : unsaved.waiting;
    Object.assign(goes, held, { [field.name]: field.value });
    if (!collides) for (const name of Object.keys(held)) delete unsaved.held[name];
    const takeBack = question.querySelector("[name=take_back]");
    if (takeBack && field.name === question.id) takeBack.hidden = false;
    unsaved.keep();
    if (!collides) this.soon(field.type === "radio" ? BREATH : PAUSE);
  }

  fieldsOf(question, fields) {
    const names = new Set([...question.querySelectorAll("[name]")].map((field) => field.name));
    return Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
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
    while (!this.unsaved.empty && !this.final) {
      this.say("saving");
      const sent = isEmpty(this.unsaved.sending) ? this.unsaved.waiting : this.unsaved.sending;
      try {
        this.take(await this.unsaved.send(), sent);
        this.tries = 0;
      } catch (error) {
        this.final = error.status < 500;
        this.say(this.final ? "ended" : "waiting");
        if (!this.final) this.soon(Math.min(FIRST_WAIT * 2 ** this.tries++, LONGEST_WAIT));
        return;
      }
    }
  }

  /** Shows what the answer to a save says. */
  take(answer, sent) {
    for (const [name, value] of Object.entries(answer.seen)) {
      form.elements[name].value = value;
      if (name in this.unsaved.seen) this.unsaved.seen[name] = value;
    }
    for (const name of answer.not_saved) {
      Object.assign(this.unsaved.held, this.fieldsOf(document.getElementById(name), sent));
    }
    if (this.unsaved.empty && isEmpty(this.unsaved.held)) this.unsaved.seen = {};
    this.unsaved.keep();
    for (const [question, panel] of Object.entries(answer.overtaken)) this.collide(question, panel);
    this.showErrors(answer.errors);
    document.querySelector("[data-position]").textContent = answer.position;
    document.querySelector("[data-count]").textContent = answer.count;
    const what = answer.errors.map(({ about, message }) => (about ? `${about}: ${message}` : message)).join(" ");
    if (!isEmpty(answer.overtaken)) this.say("overtaken");
    else if (answer.not_saved.length) this.say("refused", what);
    else this.say(what ? "lacking" : "saved", what);
  }

  collide(question, panel) {
    const section = document.getElementById(question);
    section.querySelector("fieldset").insertAdjacentHTML("beforebegin", panel);
    section.classList.add("has-error");
    section.querySelector(".overtaken").focus();
  }

  showErrors(errors) {
    for (const old of form.querySelectorAll("[data-told]")) {
      old.remove();
    }
    for (const { target, message } of errors) {
      const control = document.getElementById(target);
      const told = document.createElement("p");
      told.className = "field-error";
      told.id = `${target}-told`;
      told.dataset.told = "";
      told.textContent = message;
      const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== told.id);
      control.setAttribute("aria-describedby", [...described, told.id].join(" "));
      (control.closest(".levels, .states .choice, .grades") ?? control).before(told);
    }
  }

  say(what, detail = "") {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const text = this.state.dataset[what].replace("{time}", time).replace("{what}", detail);
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.dataset.now = what;
  }

  /** The form is sent whole, once nothing is under way any more: two requests must not overtake each other. */
  async submit(event) {
    const { name, value } = event.submitter ?? {};
    if (name === "keep_saved") {
      for (const field of Object.keys(this.fieldsOf(document.getElementById(value), this.unsaved.held))) {
        delete this.unsaved.held[field];
      }
      this.unsaved.keep();
    }
    if (this.leaving || (this.unsaved.empty && !this.busy)) return;
    event.preventDefault();
    await this.go();
    if (!this.unsaved.empty && !this.final) return;
    this.leaving = true;
    form.requestSubmit(event.submitter);
    this.leaving = false;
  }

  /** Before a link is followed, what waits is saved. If that fails it is kept, and goes up from the next page. */
  async follow(event) {
    const link = event.target.closest("a[href]");
    const plain = link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.target;
    const leads = plain && link.origin === location.origin && link.pathname !== location.pathname;
    if (!leads || this.leaving || (this.unsaved.empty && !this.busy)) return;
    event.preventDefault();
    await this.go();
    location.assign(link.href);
  }
}

if (form) new Page().start();
sendLeftovers();
addEventListener("online", sendLeftovers);
