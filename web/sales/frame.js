// @ts-check
/** What stands around every screen: the top bar with the sync state, the banner, the panes, toasts. */
import { button, el, icon, mark, notice, show } from "./dom.js";
import { asOfWords, fullWords } from "./times.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./main.js").View} View */
/** @typedef {import("./shapes.js").Badge} Badge */

export class Frame {
  #top = part(".sales-top");
  #main = part("main");
  list = part(".pane-list");
  #detail = part(".pane-detail");
  #banner = el("div", { class: "acting" });
  #state = el("div", { class: "row" });
  #thumb = el("div", { class: "thumb", hidden: true });
  #toast = el("div", { class: "toasts", role: "status" });
  #begun = false;

  /** @param {App} app @param {View} view */
  draw(app, view) {
    if (!this.#begun) this.#begin();
    show(this.#state, [corner(app), el("a", { class: "button quiet", href: "/sales/me" }, icon("user"), el("span", { class: "me" }, "Me"))]);
    show(this.#banner, banner(app, view));
    show(this.#detail, [...news(app), ...view.detail]);
    show(this.#thumb, view.thumb ?? []);
    this.#thumb.hidden = !view.thumb?.length;
    this.#main.className = `panes ${view.list ? "show-list" : "show-detail"}`;
  }

  /** How far the screen is scrolled, in pixels. */
  get scrolled() {
    return this.#detail.scrollTop;
  }

  /** Another screen was opened: it is read from its beginning, or from where one had left it. @param {number} [scrolled] */
  arrive(scrolled = 0) {
    this.#detail.scrollTop = scrolled;
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement?.checkVisibility() && !this.#detail.contains(activeElement)) return;
    const pane = this.#detail.checkVisibility() ? this.#detail : this.list;
    pane.focus({ preventScroll: true });
  }

  /** Nothing else can be shown. @param {import("./dom.js").Child[]} words */
  fault(words) {
    this.#main.className = "door";
    this.#main.replaceChildren(el("div", { class: "stack" }, ...words));
    part("#app").removeAttribute("aria-busy");
  }

  /** @param {string} text @param {{ label: string, run: () => void }} [act] */
  toast(text, act) {
    const close = () => toast.remove();
    const run = () => {
      close();
      act?.run();
    };
    const toast = el("div", { class: "toast tone-ok" }, mark("check"), text,
      act && button(act.label, "", run, { class: "small" }),
      el("button", { type: "button", class: "button quiet small icon-only", "aria-label": "Close", onclick: close }, "✕"));
    this.#toast.replaceChildren(toast);
    const timer = setInterval(() => {
      if (toast.matches(":hover, :focus-within")) return;
      clearInterval(timer);
      close();
    }, 10_000);
  }

  #begin() {
    this.#begun = true;
    this.#top.append(this.#state);
    this.#top.after(this.#banner);
    this.#detail.tabIndex = -1;
    this.list.tabIndex = -1;
    this.#main.append(this.#thumb, this.#toast);
    part("#app").removeAttribute("aria-busy");
  }
}

/** @param {string} selector @returns {HTMLElement} */
function part(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** The sync state in a word and a shape; it opens the sync centre. @param {App} app */
function corner(app) {
  const { tone, shape, word } = syncState(app);
  return el("a", { class: `button quiet sync-state tone-${tone}`, href: "/sales/sync", "aria-label": `${word}: open the sync centre` }, mark(shape), word);
}

/** @param {App} app @returns {Badge} */
export function syncState({ queue, sync }) {
  const { waiting, sending, attention } = queue.counts;
  const waits = waiting + sending;
  if (sync.standing === "revoked") return { tone: "bad", shape: "cross", word: "Revoked" };
  if (sync.standing === "storage" || queue.standing === "storage") return { tone: "bad", shape: "triangle", word: "Device full" };
  if (attention) return { tone: "bad", shape: "triangle", word: attention === 1 ? "1 needs you" : `${attention} need you` };
  if (sync.standing === "signed-out") return { tone: "warn", shape: "square", word: "Signed out" };
  if (waits) return { tone: "info", shape: "clock", word: `${waits} waiting` };
  if (!navigator.onLine || sync.standing === "unreached") return { tone: "warn", shape: "ring", word: "Offline" };
  if (sync.progress || sync.standing === "starting") return { tone: "neutral", shape: "clock", word: "Updating" };
  if (sync.standing === "current") return { tone: "ok", shape: "dot", word: "Up to date" };
  return { tone: "warn", shape: "triangle", word: "Look here" };
}

/** Whom one acts for, and how fresh that is. @param {App} app @param {View} view */
function banner({ customers, sync }, view) {
  const retailer = view.retailer ? customers.retailer(view.retailer) : undefined;
  const contact = view.contact ? customers.contact(view.contact) : undefined;
  const { retailers, contacts } = customers.count;
  const whom = retailer
    ? ["Acting for ", el("strong", {}, retailer.name), ` (${retailer.account_number})`, contact && " · ", contact && el("strong", {}, contact.name)]
    : [`${retailers} ${retailers === 1 ? "retailer" : "retailers"} · ${contacts} ${contacts === 1 ? "contact" : "contacts"}`];
  return [el("span", {}, ...whom), freshness(sync)];
}

/** @param {import("./sync.js").Sync} sync */
function freshness({ standing, asOf, progress }) {
  if (navigator.onLine && standing === "current" && asOf) return el("span", { class: "fresh live", title: `As of ${fullWords(asOf)}` }, mark("dot"), "Live");
  if (progress) return el("span", { class: "fresh" }, mark("clock"), `Reading: ${progress.retailers} retailers, ${progress.contacts} contacts`);
  if (!asOf) return el("span", { class: "fresh stale" }, mark("ring"), "Nothing on this device yet");
  return el("span", { class: "fresh stale", title: fullWords(asOf) }, mark("half"), `As of ${asOfWords(asOf)}`);
}

/** What everybody has to know, wherever they are. @param {App} app */
function news({ sync, updates, queue }) {
  const out = [];
  if (sync.standing === "signed-out" && sync.me) {
    out.push(notice("warn", "You are signed out", el("p", {}, "Nothing is lost: what is on this device can be read, and what waits is sent once you are back. ", el("a", { href: "/sales/login", "data-server": true }, "Sign in"))));
  }
  if (sync.standing === "second-factor") {
    out.push(notice("warn", "Your second factor is asked for", el("p", {}, "Until then nothing is sent or brought up to date. ", el("a", { href: "/sales/me/second-factor", "data-server": true }, "See to it now"))));
  }
  const due = sync.me?.second_factor.due_at;
  if (due && sync.standing === "current") {
    out.push(notice("warn", "", el("p", {}, "Your role asks for a second factor. ", el("a", { href: "/sales/me/second-factor", "data-server": true }, "Set it up"), ` by ${fullWords(due)}; after that you must before you can go on.`)));
  }
  if (updates.ready) {
    const waits = queue.counts.waiting + queue.counts.sending;
    out.push(notice("info", "A newer version of the app is here", el("p", {}, waits ? "What waits to be sent stays and is sent by the newer one. " : "", button("Use it now", "refresh", () => updates.take(), { class: "small" }))));
  }
  return out;
}
