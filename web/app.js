// @ts-check
/**
 * Every page works without this file; it makes them quicker and kinder. Listeners sit on the document,
 * so swapped regions need no wiring; what has to touch elements once is in `dress`.
 */

const written = document.documentElement.lang || "en";
/** The page's language in the reader's own region: "en" may become "en-GB". */
const lang = navigator.languages.find((l) => l.split("-")[0] === written.split("-")[0]) ?? written;

/** Dresses what is new: times, rule lists, buttons that only work with script. @param {ParentNode} root */
function dress(root) {
  for (const time of all(root, "time[data-local-time]", HTMLTimeElement)) localTime(time);
  for (const button of all(root, "[data-reveal][hidden], [data-copy][hidden]", HTMLElement)) button.hidden = false;
  for (const list of all(root, "[data-rule-for]", HTMLElement)) {
    const input = byId(list.dataset.ruleFor, HTMLInputElement);
    if (input) judge(input);
  }
  for (const toast of all(root, ".toast", HTMLElement)) dressToast(toast);
  for (const box of all(root, "[data-shortcuts]", HTMLInputElement)) box.checked = shortcutsOn();
  for (const form of all(root, "form[data-live-search]", HTMLFormElement)) {
    const [input] = all(form, "input[type=search]", HTMLInputElement);
    if (input && !form.querySelector(".finds")) new Finder(form, input);
  }
  for (const form of all(root, "form[data-preview]", HTMLFormElement)) {
    for (const button of all(form, "[data-frame-button]", HTMLElement)) button.hidden = true;
    if (document.querySelector("iframe.mail-html:not([src])")) void preview(form);
  }
  for (const bar of all(root, "[data-chips]", HTMLElement)) {
    bar.hidden = false;
    all(bar, "[data-insert]", HTMLElement).forEach((chip, at) => { chip.tabIndex = at ? -1 : 0; });
  }
  for (const box of all(root, "[data-tick-all]", HTMLInputElement)) {
    box.hidden = false;
    countTicks(box);
  }
}

// ---- small tools

/**
 * @template {Element} T
 * @param {ParentNode} root @param {string} selector @param {{new (): T}} kind
 * @returns {T[]}
 */
function all(root, selector, kind) {
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)].filter((e) => e instanceof kind));
}

/**
 * @template {Element} T
 * @param {string | undefined} id @param {{new (): T}} kind
 * @returns {T | null}
 */
function byId(id, kind) {
  const found = id ? document.getElementById(id) : null;
  return found instanceof kind ? found : null;
}

/** The nearest element around where it happened. @param {Event} event @param {string} selector */
function around(event, selector) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

/** Says something to people who listen, when nothing else is being said. @param {string} text */
function announce(text) {
  const said = text.replace(/\s+/g, " ").trim().slice(0, 240);
  if (!said) return;
  // While a dialogue is open, only what is inside it is heard.
  const place = document.querySelector("dialog:modal") ?? document.body;
  const voice = place.querySelector(":scope > .voice") ?? hidden(place);
  voice.classList.add("voice");
  voice.ariaLive = "polite";
  voice.textContent = "";
  setTimeout(() => { voice.textContent = said; }, 80);
}

/** Adds an element that is heard but not seen. @param {Element} parent */
function hidden(parent) {
  const span = document.createElement("span");
  span.className = "visually-hidden";
  parent.append(span);
  return span;
}

/** @param {Response} response */
const isHtml = (response) => (response.headers.get("content-type") ?? "").includes("text/html");

/** @param {string} html */
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// ---- double submit

/** Forms that are on their way to the server. @type {Set<HTMLFormElement>} */
const busy = new Set();

/** @param {HTMLFormElement} form @param {boolean} on */
function setBusy(form, on) {
  if (on) busy.add(form); else busy.delete(form);
  for (const button of form.elements) {
    if (!(button instanceof HTMLButtonElement) || button.type !== "submit") continue;
    if (on) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
  }
}

addEventListener("pageshow", () => busy.forEach((form) => setBusy(form, false)));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method === "dialog") return;
  if (busy.has(form)) return event.preventDefault();
  for (const input of all(form, "input[type=text][autocomplete$=password]", HTMLInputElement)) reveal(input, false);
  // A download leaves the page where it is, so its button must stay usable.
  if (form.target !== "_blank" && !("again" in form.dataset)) setBusy(form, true);
  keepOthers(form);
  const region = byId(form.dataset.enhance, HTMLElement);
  if (!region) return;
  event.preventDefault();
  void send(form, event.submitter, region);
});

// ---- enhance

/** Swaps `region` from the page that comes back. @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {HTMLElement} region */
async function send(form, submitter, region) {
  const data = new FormData(form, submitter);
  const url = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href);
  const post = form.method === "post";
  const fields = new URLSearchParams();
  // What was left empty asks for nothing.
  for (const [name, value] of data) if (typeof value === "string" && (post || value)) fields.append(name, value);
  if (!post) url.search = fields.toString();
  let response, html;
  try {
    const body = form.enctype === "multipart/form-data" ? data : fields;
    response = await fetch(url, { headers: { accept: "text/html" }, ...(post && { method: "POST", body }) });
    if (!isHtml(response)) throw new Error("not a page");
    html = await response.text();
  } catch {
    // What the server has answered it must not get twice; otherwise let the browser do it by itself.
    if (response && post) return location.reload();
    delete form.dataset.enhance;
    setBusy(form, false);
    return form.requestSubmit(submitter);
  }
  setBusy(form, false);
  const page = parse(html);
  const shown = response.redirected || !post ? response.url : location.href;
  if (new URL(shown).pathname !== location.pathname || !page.getElementById(region.id)) {
    return visit(page, shown);
  }
  // The other forms are where they were.
  sessionStorage.removeItem(KEPT);
  if (shown !== location.href) history.replaceState(history.state, "", shown);
  shownPage = location.pathname + location.search;
  swap(region.id, page);
  for (const id of (form.dataset.also ?? "").split(" ")) replace(id, page);
  if (page.getElementById("flash")?.children.length) replace("flash", page);
  document.title = page.title;
}

/** @param {string} id @param {Document} page */
function replace(id, page) {
  const fresh = page.getElementById(id);
  if (!fresh) return;
  document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  dress(fresh);
  return fresh;
}

/** Replaces one region; the focus stays, or goes to what went wrong. @param {string} id @param {Document} page */
function swap(id, page) {
  const focused = document.getElementById(id)?.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.id;
  const fresh = replace(id, page);
  if (!fresh) return;
  const [wrong] = all(fresh, ".error-summary, [aria-invalid=true]", HTMLElement);
  if (wrong) return wrong.focus();
  if (focused) {
    fresh.tabIndex = -1;
    ((key && document.getElementById(key)) || fresh).focus({ preventScroll: true });
  }
  announce(worded(fresh) ?? page.querySelector(".toast")?.textContent ?? fresh.querySelector("h1, h2")?.textContent ?? "");
}

/** Shows a page fetched already: fetching again would lose a message shown once. @param {Document} page @param {string} url */
function visit(page, url) {
  // It needs a script that is not here: one of its own, or that of another release.
  if (all(page, "script[src]", HTMLScriptElement).some((script) => !document.querySelector(`script[src="${CSS.escape(script.getAttribute("src") ?? "")}"]`))) return location.assign(url);
  if (url !== location.href) history.pushState(null, "", url);
  shownPage = location.pathname + location.search;
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  arrive();
  all(document, ".error-summary, [autofocus], #main", HTMLElement).at(-1)?.focus();
  announce(document.title);
}
/** A step back to another page loads it, a step to a fragment does not. */
let shownPage = location.pathname + location.search;
addEventListener("popstate", () => { if (location.pathname + location.search !== shownPage) location.reload(); });

/** What a region says of itself. @param {ParentNode} region */
const worded = (region) => all(region, "[data-announce]", HTMLElement)[0]?.dataset.announce;

/** What happens once per page. */
function arrive() {
  dress(document);
  bringBack();
  byId("error-summary", HTMLElement)?.focus();
}

// ---- several forms on one page

/** Under which what was typed in forms that were not sent is kept, in this tab only. */
const KEPT = "typed-in-other-forms";
/** For how long, in milliseconds, from the last form that was sent. */
const KEPT_FOR_MS = 600_000;

/** What is kept of forms, by their actions. @returns {Record<string, Record<string, string | boolean>>} */
function stillKept() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  return kept && Date.now() - kept.at <= KEPT_FOR_MS ? kept.forms : {};
}

/** @param {ReturnType<typeof stillKept>} forms */
function keep(forms) {
  if (Object.keys(forms).length) sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), forms }));
  else sessionStorage.removeItem(KEPT);
}

/**
 * Before a form is sent: what was typed in the others of the page and is not saved yet. Never anything secret. What
 * another page left stays, since a page to confirm who one is may come between. @param {HTMLFormElement} sent
 */
function keepOthers(sent) {
  if (sent.action.endsWith("/logout")) return sessionStorage.removeItem(KEPT);
  if (sent.method !== "post") return;
  const kept = stillKept();
  for (const form of all(document, "form[method=post]", HTMLFormElement)) {
    const action = form.getAttribute("action") ?? "";
    delete kept[action];
    const typed = form.action === sent.action || "auto" in form.dataset ? {} : changed(form);
    if (Object.keys(typed).length) kept[action] = typed;
  }
  keep(kept);
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** Fields that hold something else than what the page came with. @param {HTMLFormElement} form @returns {Record<string, string | boolean>} */
function changed(form) {
  return Object.fromEntries(fieldsOf(form).filter((field) => valueOf(field) !== cameWith(field)).map((field) => [keyOf(field), valueOf(field)]));
}

/** Puts back what was typed in forms that were not sent, and says that it is not saved. */
function bringBack() {
  const kept = stillKept();
  for (const form of all(document, "form[method=post]", HTMLFormElement)) {
    const action = form.getAttribute("action") ?? "";
    const typed = kept[action];
    if (!typed) continue;
    delete kept[action];
    for (const field of fieldsOf(form)) {
      const value = typed[keyOf(field)];
      if (value === undefined) continue;
      if (typeof value === "string") field.value = value;
      else if (field instanceof HTMLInputElement) field.checked = value;
    }
    const note = document.createElement("p");
    note.className = "hint";
    note.textContent = document.body.dataset.unsaved ?? "";
    form.prepend(note);
    announce(note.textContent);
  }
  keep(kept);
}

/** Those that people fill in, less what is secret. @param {HTMLFormElement} form */
function fieldsOf(form) {
  const fields = [...form.elements].filter((field) => field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement);
  return fields.filter((field) => field.name && !["hidden", "password", "file", "submit", "button", "image"].includes(field.type) && !/password|one-time-code/.test(field.autocomplete));
}

/** @param {Field} field */
const isTicked = (field) => field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");

/** @param {Field} field */
const keyOf = (field) => (isTicked(field) ? `${field.name}=${field.value}` : field.name);

/** @param {Field} field */
const valueOf = (field) => (field instanceof HTMLInputElement && isTicked(field) ? field.checked : field.value);

/** @param {Field} field */
function cameWith(field) {
  if (field instanceof HTMLSelectElement) return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
  return field instanceof HTMLInputElement && isTicked(field) ? field.defaultChecked : field.defaultValue;
}

// ---- filters

/** A form that sends itself: at once for a choice, after a pause in typing for words; the last word counts. */
let typing = 0;
document.addEventListener("input", ({ target }) => {
  const form = target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.form : null;
  if (!form || !("auto" in form.dataset)) return;
  const ask = () => {
    clearTimeout(typing);
    if (busy.has(form)) typing = window.setTimeout(ask, 60);
    else form.requestSubmit();
  };
  clearTimeout(typing);
  typing = window.setTimeout(ask, target instanceof HTMLSelectElement ? 0 : 200);
});

// ---- ticking rows

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.type !== "checkbox") return;
  const every = "tickAll" in target.dataset ? target : all(document, "[data-tick-all]", HTMLInputElement)[0];
  if (!every) return;
  if (target === every) for (const box of rowTicks(every)) box.checked = every.checked;
  countTicks(every);
});

/** The boxes of the rows that one box ticks all of. @param {HTMLInputElement} every */
const rowTicks = (every) => all(document, `input[type=checkbox][name=id][form="${CSS.escape(every.dataset.tickAll ?? "")}"]`, HTMLInputElement);

/** Says how many are ticked where one chooses for whom an act is. @param {HTMLInputElement} every */
function countTicks(every) {
  const boxes = rowTicks(every);
  const ticked = boxes.filter((box) => box.checked).length;
  every.checked = ticked > 0 && ticked === boxes.length;
  every.indeterminate = ticked > 0 && ticked < boxes.length;
  const option = byId(every.dataset.tickAll, HTMLFormElement)?.querySelector("option[data-many]");
  if (!(option instanceof HTMLOptionElement)) return;
  const words = ticked === 1 ? option.dataset.one : option.dataset.many?.replace("#", String(ticked));
  option.dataset.none ??= option.textContent ?? "";
  option.textContent = (ticked ? words : option.dataset.none) ?? "";
}

// ---- search

/** Shows what the search page finds under its box, as one types. */
class Finder {
  asked = "";
  timer = 0;

  /** @param {HTMLFormElement} form @param {HTMLInputElement} input */
  constructor(form, input) {
    this.form = form;
    this.input = input;
    this.panel = document.createElement("div");
    this.panel.className = "finds";
    this.panel.hidden = true;
    this.panel.role = "region";
    this.panel.ariaLabel = input.labels?.[0]?.textContent ?? "";
    form.append(this.panel);
    input.addEventListener("input", () => this.plan());
    input.addEventListener("focus", () => this.show(this.asked !== "" && this.asked === input.value.trim()));
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && form.contains(relatedTarget))) this.show(false);
    });
    form.addEventListener("keydown", (event) => this.key(event));
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), 120);
  }

  async ask() {
    const typed = this.input.value.trim();
    this.asked = typed;
    if (!typed) return this.show(false);
    try {
      const response = await fetch(`${this.form.getAttribute("action")}?${new URLSearchParams({ q: typed })}`, { headers: { accept: "text/html" } });
      const found = response.ok && !response.redirected ? parse(await response.text()).getElementById("found") : null;
      // Older answers may come later.
      if (!found || typed !== this.input.value.trim()) return;
      found.removeAttribute("id");
      this.panel.replaceChildren(document.adoptNode(found));
      dress(this.panel);
      this.show(document.activeElement === this.input);
      announce(found.dataset.announce ?? "");
    } catch {
      // The line is down; Enter still asks.
    }
  }

  /** @param {boolean} on */
  show(on) {
    this.panel.hidden = !on;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const links = all(this.panel, "a", HTMLElement);
    const at = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault();
      this.input.focus();
      this.show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (this.panel.hidden || !links.length) return;
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? this.input : links[Math.min(next, links.length - 1)])?.focus();
    }
  }
}

// ---- live status

/** `<live-status src>`: asks the server how it stands, until the answer holds `[data-final]`. */
class LiveStatus extends HTMLElement {
  pause = 1000;
  timer = 0;
  last = "";

  connectedCallback() {
    this.last = this.innerHTML.trim();
    document.addEventListener("visibilitychange", this.wake);
    this.plan();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }

  wake = () => this.plan(0);

  plan(wait = this.pause) {
    clearTimeout(this.timer);
    if (document.hidden || this.querySelector("[data-final]")) return;
    this.timer = window.setTimeout(() => void this.ask(), wait);
  }

  async ask() {
    const src = this.getAttribute("src");
    if (!src || !this.isConnected) return;
    try {
      const response = await fetch(src, { headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(30_000) });
      // Signed out, gone or forbidden: what is shown stays, with its plain link.
      if (response.redirected || (response.status >= 400 && response.status < 500 && response.status !== 429)) return;
      if (response.ok && isHtml(response)) this.show(await response.text());
    } catch {
      // The line is down; ask again later.
    }
    this.pause = Math.min(this.pause * 1.3, 5000);
    if (this.isConnected) this.plan();
  }

  /** Brings what the page shows beside it up to date, unless someone is in it: `also` names its id. */
  async renew() {
    const shown = byId(this.getAttribute("also") ?? undefined, HTMLElement);
    if (!shown || shown.contains(document.activeElement)) return;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      const fresh = response.ok && !response.redirected ? parse(await response.text()).getElementById(shown.id) : null;
      if (!fresh || !shown.isConnected || shown.contains(document.activeElement)) return;
      shown.replaceWith(document.adoptNode(fresh));
      dress(fresh);
    } catch {
      // The line is down; the next change asks again.
    }
  }

  /** @param {string} html */
  show(html) {
    const page = parse(html);
    const fresh = (page.querySelector("live-status") ?? page.body).innerHTML.trim();
    if (fresh === this.last) return;
    this.last = fresh;
    this.pause = 1000;
    void this.renew();
    const key = this.contains(document.activeElement) && document.activeElement?.id;
    this.innerHTML = fresh;
    dress(this);
    if (key) document.getElementById(key)?.focus({ preventScroll: true });
    announce(worded(this) ?? [...this.querySelectorAll(".steps > :not(.todo)")].at(-1)?.textContent ?? "");
  }
}
// ---- passwords

/** @param {HTMLInputElement} input @param {boolean} on */
function reveal(input, on) {
  input.type = on ? "text" : "password";
  for (const button of all(document, `[data-reveal="${CSS.escape(input.id)}"]`, HTMLElement)) {
    const { show = "", hide = "", showWord = show, hideWord = hide } = button.dataset;
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", on ? hide : show);
    button.textContent = on ? hideWord : showWord;
  }
}

/** Ticks the rules off and says how strong it looks. Nothing of it leaves the page. @param {HTMLInputElement} input */
function judge(input) {
  const word = input.value.normalize("NFKC");
  for (const list of all(document, `[data-rule-for="${CSS.escape(input.id)}"]`, HTMLElement)) {
    for (const line of all(list, "[data-rule]", HTMLElement)) {
      const met = { length: [...word].length >= Number(line.dataset.min ?? 8), letter: /\p{L}/u.test(word), digit: /\p{Nd}/u.test(word) }[line.dataset.rule ?? ""] ?? false;
      line.classList.toggle("met", met);
      const said = line.querySelector(".visually-hidden") ?? hidden(line);
      said.textContent = ` (${(met ? list.dataset.met : list.dataset.unmet) ?? ""})`;
    }
  }
  for (const line of all(document, `[data-strength-for="${CSS.escape(input.id)}"]`, HTMLElement)) {
    const words = (line.dataset.words ?? "").split("|");
    const level = strength(word);
    line.hidden = false;
    if (word) line.dataset.level = String(level); else delete line.dataset.level;
    line.textContent = word ? words[level] ?? "" : "";
  }
}

/** How hard to guess, 0 to 4: what its kinds of signs allow, less repeats and runs. @param {string} word */
function strength(word) {
  const signs = [...word.toLowerCase()];
  const pool = [[/\p{Ll}/u, 26], [/\p{Lu}/u, 26], [/\p{Nd}/u, 10], [/[^\p{L}\p{N}]/u, 20], [/\p{Lo}/u, 100]]
    .reduce((sum, [kind, size]) => sum + (/** @type {RegExp} */ (kind).test(word) ? Number(size) : 0), 0);
  let counted = 0;
  signs.forEach((sign, i) => {
    const step = (sign.codePointAt(0) ?? 0) - (signs[i - 1]?.codePointAt(0) ?? -9);
    const seen = signs.slice(0, i).filter((s) => s === sign).length;
    counted += Math.abs(step) <= 1 ? 0.25 : seen > 1 ? 0.5 : 1;
  });
  if (/^(pass|password|welcome|letmein|qwert|admin|abc)/i.test(word)) counted -= 5;
  if (/^\p{L}+\p{Nd}{1,4}\W?$/u.test(word)) counted *= 0.65;
  const bits = Math.max(0, counted) * Math.log2(Math.max(pool, 2));
  return [28, 40, 54, 70].filter((limit) => bits >= limit).length;
}

let judged = 0;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.id) return;
  const id = CSS.escape(input.id);
  if (!document.querySelector(`[data-rule-for="${id}"]`)) return;
  judge(input);
  clearTimeout(judged);
  judged = window.setTimeout(() => announce([...document.querySelectorAll(`[data-rule-for="${id}"] li:not(.met), [data-strength-for="${id}"]`)].map((e) => e.textContent).join(", ")), 1200);
});

// ---- times

/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(lang, options);
const hour = format({ hour: "numeric" }).resolvedOptions().hour12 ? "numeric" : "2-digit";
const dayFormat = format({ weekday: "short", day: "numeric", month: "short" });
const yearFormat = format({ day: "numeric", month: "short", year: "numeric" });
const clockFormat = format({ hour, minute: "2-digit" });
const secondFormat = format({ hour, minute: "2-digit", second: "2-digit" });
const fullFormat = format({ dateStyle: "full", timeStyle: "full" });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

/** Rewrites a time into the reader's zone and words. @param {HTMLTimeElement} time */
function localTime(time) {
  const then = new Date(time.dateTime);
  if (Number.isNaN(then.getTime())) return;
  time.textContent = inWords(then, new Date(), time.dataset.localTime);
  time.title = fullFormat.format(then);
}

/** @param {Date} then @param {Date} now @param {string} [form] */
function inWords(then, now, form) {
  if (form === "clock") return secondFormat.format(then);
  const clock = clockFormat.format(then);
  const minutes = Math.round((Number(then) - Number(now)) / 60_000);
  const days = Math.round((new Date(then).setHours(12, 0, 0, 0) - new Date(now).setHours(12, 0, 0, 0)) / 86_400_000);
  const date = then.getFullYear() === now.getFullYear() ? dayFormat.format(then) : yearFormat.format(then);
  if (form === "exact") return `${date} ${clock}`;
  if (minutes > 0 && minutes < 60) return relative.format(minutes, "minute");
  if (minutes > 0 && minutes < 48 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return `${Math.abs(days) <= 1 ? relative.format(days, "day") : date} ${clock}`;
}
setInterval(() => { if (!document.hidden) for (const time of all(document, "time[data-local-time]", HTMLTimeElement)) localTime(time); }, 60_000);

// ---- toasts

/** Adds a close button; plain success goes by itself, unless someone is at it. @param {HTMLElement} toast */
function dressToast(toast) {
  if (toast.querySelector("button.icon-only")) return;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button quiet small icon-only";
  close.ariaLabel = toast.dataset.close ?? "Close";
  close.textContent = "✕";
  close.onclick = () => toast.remove();
  toast.append(close);
  if (toast.dataset.tone !== "ok" || "stays" in toast.dataset) return;
  const timer = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    toast.remove();
  }, 8000);
}

// ---- clicks

document.addEventListener("click", (event) => {
  const revealer = around(event, "[data-reveal]");
  const input = byId(revealer?.dataset.reveal, HTMLInputElement);
  if (input) return reveal(input, input.type === "password");

  const copier = around(event, "[data-copy]");
  if (copier) return void copy(copier);
  const chip = around(event, "[data-insert]");
  if (chip) return insert(chip);

  for (const menu of all(document, "details[data-menu][open]", HTMLDetailsElement)) {
    if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  }

  // With a key held, or another button, the browser's own ways: new tab, new window.
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const closer = around(event, "[data-dialog-close]");
  const open = closer?.closest("dialog");
  if (open) {
    event.preventDefault();
    return open.close();
  }
  const link = around(event, "a[data-dialog]");
  if (link instanceof HTMLAnchorElement) {
    event.preventDefault();
    return void openDialog(link);
  }
  const row = around(event, "tr[data-href]");
  if (row && !event.defaultPrevented && !around(event, "a, button, input, select, label, summary, details") && !getSelection()?.toString()) {
    location.assign(row.dataset.href ?? "");
  }
});

/** @param {HTMLElement} button */
async function copy(button) {
  const what = button.dataset.copy ?? "";
  const text = what.startsWith("#") ? document.getElementById(what.slice(1))?.textContent?.trim() ?? "" : what;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS there is no clipboard.
    const area = document.createElement("textarea");
    area.value = text;
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = (button.dataset.label ??= button.textContent ?? "");
  announce(button.textContent = button.dataset.copied ?? label);
  setTimeout(() => { button.textContent = label; }, 2000);
}

/** Loads a confirmation page's `#confirm` into a dialogue; the page itself if anything is odd. @param {HTMLAnchorElement} link */
async function openDialog(link) {
  try {
    const response = await fetch(link.href, { headers: { accept: "text/html" } });
    const region = response.ok && !response.redirected ? parse(await response.text()).getElementById("confirm") : null;
    if (!region) return location.assign(link.href);
    if (document.querySelector("dialog:modal")) return;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", region.getAttribute("aria-labelledby") ?? "");
    dialog.append(document.adoptNode(region));
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dress(dialog);
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
}

// ---- fields to insert

/** Puts a field where one types. @param {HTMLElement} chip */
function insert(chip) {
  const into = document.getElementById(chip.closest("[data-chips]")?.getAttribute("data-chips") ?? "");
  if (!(into instanceof HTMLInputElement || into instanceof HTMLTextAreaElement)) return;
  into.focus();
  // It can be undone like typing, where the browser still knows how.
  if (document.execCommand("insertText", false, chip.dataset.insert ?? "")) return;
  into.setRangeText(chip.dataset.insert ?? "", into.selectionStart ?? 0, into.selectionEnd ?? 0, "end");
  into.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const bar = around(event, "[data-chips]");
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!bar || !step) return;
  event.preventDefault();
  const chips = all(bar, "[data-insert]", HTMLElement);
  const next = chips.at((chips.findIndex((chip) => chip === document.activeElement) + step) % chips.length);
  for (const chip of chips) chip.tabIndex = chip === next ? 0 : -1;
  next?.focus();
});

// ---- previews

let writing = 0;
let previewed = 0;
document.addEventListener("input", ({ target }) => {
  const form = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ? target.form : null;
  clearTimeout(writing);
  if (form && "preview" in form.dataset) writing = window.setTimeout(() => void preview(form), 400);
});

/** Shows a mail as it is being typed: its text in the page, its HTML part in the frame. @param {HTMLFormElement} form */
async function preview(form) {
  const [address, number] = [form.dataset.preview ?? "", ++previewed];
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected || !isHtml(response)) return;
  const page = parse(await response.text());
  if (number !== previewed) return;
  replace("preview", page);
  replace("send-test", page);
  const [frame] = all(document, "iframe.mail-html", HTMLIFrameElement);
  // A new frame each time, or stepping back would go through every letter.
  const fresh = /** @type {HTMLIFrameElement} */ (frame.cloneNode());
  fresh.removeAttribute("src");
  frame.replaceWith(fresh);
  const sent = document.createElement("form");
  Object.assign(sent, { method: "post", action: `${address}/html`, target: fresh.name, hidden: true });
  for (const [name, value] of fields) sent.append(Object.assign(document.createElement("textarea"), { name, value }));
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

// ---- keyboard

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && "shortcuts" in target.dataset) localStorage.setItem("shortcuts", target.checked ? "" : "off");
});

const shortcutsOn = () => localStorage.getItem("shortcuts") !== "off";

let wentAt = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of all(document, "details[data-menu][open]", HTMLDetailsElement)) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (around(event, "input, textarea, select, [contenteditable], dialog") || !shortcutsOn()) return;
  const search = all(document, "[data-search]", HTMLInputElement)[0];
  if (event.key === "/" && search) {
    event.preventDefault();
    search.select();
  } else if (event.key === "?") byId("keyboard-help", HTMLDialogElement)?.showModal();
  else if (event.key === "g") wentAt = event.timeStamp;
  else if (event.timeStamp - wentAt < 1500) {
    wentAt = -Infinity;
    all(document, `a[data-go="${CSS.escape(event.key)}"]`, HTMLElement)[0]?.click();
  }
});

// Before times are rewritten, so that it remembers what the server sent.
customElements.define("live-status", LiveStatus);
arrive();
