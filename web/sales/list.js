// @ts-check
/** The pane of retailers: search on top, what needs attention, what was looked at last, then all of them. */
import { badgeOf } from "./badges.js";
import { badge, el, empty, show } from "./dom.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./main.js").View} View */
/** @typedef {import("./shapes.js").Retailer} Retailer */
/** @typedef {import("./customers.js").ShownContact} ShownContact */
/** @typedef {import("./dom.js").Child} Child */

/** Rows that are drawn at first, and more of them whenever the end comes near. */
const CHUNK = 60;
/** Retailers, and contacts, that a search shows; more words find the others. */
const FOUND = 20;
/** Retailers that are named as needing attention before one asks for more. */
const PRESSING = 5;

/** @type {Record<import("./customers.js").Why, string>} */
const WHY = {
  queue: "needs your decision",
  answered: "the office answered",
  bounced: "mail came back",
  stopped: "password stopped",
  invitation_expired: "invitation expired",
  missing_email: "e-mail address missing",
  missing_username: "username missing",
};

export class ListPane {
  #app;
  #into;
  #search;
  #results = el("div", { class: "results" });
  #all = new AllRetailers((retailer, isCurrent) => this.#row(retailer, undefined, isCurrent));
  #count = el("p", { class: "visually-hidden", role: "status" });
  #drawn = CHUNK;
  #everything = false;
  #current = "";
  #person = "";

  /** @param {App} app @param {HTMLElement} into */
  constructor(app, into) {
    this.#app = app;
    this.#into = into;
    this.#search = el("input", {
      class: "input", type: "search", id: "search", placeholder: "Name, number, e-mail, phone", "aria-label": "Search retailers and contacts",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search",
      oninput: () => this.#begin(),
      onfocus: () => this.#warm(),
    });
    const head = el("div", { class: "pane-head" }, el("h1", {}, "Retailers"), this.#search);
    into.replaceChildren(head, this.#count, this.#results, this.#all.element);
    into.addEventListener("scroll", () => this.#more(), { passive: true });
  }

  get search() {
    return this.#search;
  }

  /** Opens what is found first. */
  openFirst() {
    const first = this.#search.value.trim() ? this.#results.querySelector("a") : null;
    if (!first) return;
    this.#search.blur();
    first.click();
  }

  /** @param {View} view */
  draw(view) {
    this.#current = view.retailer ?? "";
    this.#person = view.contact ?? "";
    this.#paint();
  }

  #begin() {
    this.#drawn = CHUNK;
    this.#into.scrollTop = 0;
    this.#paint();
  }

  /** The first search of all is slow: better before a key than after it. */
  #warm() {
    const { retailers, contacts } = this.#app.customers.search("e", FOUND);
    for (const retailer of retailers) this.#row(retailer);
    for (const contact of contacts) this.#contact(contact);
  }

  #more() {
    if (this.#into.scrollTop + this.#into.clientHeight < this.#into.scrollHeight - 600) return;
    if (this.#drawn >= this.#app.customers.count.retailers) return;
    this.#drawn += CHUNK;
    this.#paint();
  }

  #paint() {
    const typed = this.#search.value.trim();
    show(this.#results, typed ? this.#found(typed) : this.#usual());
    const all = this.#app.customers.retailers;
    this.#all.element.hidden = typed !== "" || !all.length;
    // While one searches they keep their rows; of customers that were wiped no row stays.
    if (!typed || !all.length) this.#all.draw(all, this.#drawn, this.#current);
  }

  /** @param {string} typed @returns {Child[]} */
  #found(typed) {
    const { retailers, contacts, counts } = this.#app.customers.search(typed, FOUND);
    this.#count.textContent = `${counted(counts.retailers, "retailer")} and ${counted(counts.contacts, "contact")} found`;
    if (!retailers.length && !contacts.length) {
      const clear = () => {
        this.#search.value = "";
        this.#begin();
        this.#search.focus();
      };
      return [empty(`Nobody matches “${typed}”`, "Search by part of a name, an account number, an e-mail address or a telephone number. Customers outside your territories are not on this device.", "search",
        el("button", { type: "button", class: "button", onclick: clear }, "Show all retailers"))];
    }
    return [
      ...section("Retailers", retailers.map((retailer) => this.#row(retailer)), counts.retailers),
      ...section("Contacts", contacts.map((contact) => this.#contact(contact)), counts.contacts),
    ];
  }

  /** @returns {Child[]} */
  #usual() {
    const { customers, sync } = this.#app;
    this.#count.textContent = "";
    if (!customers.count.retailers) {
      if (sync.progress || sync.standing === "starting") return [el("ul", { class: "list skeletons", "aria-label": "Reading your retailers" }, ...Array.from({ length: 6 }, () => el("li", {})))];
      if (sync.standing === "not-allowed") return [empty("The sales app is not open to you", "Your kind of account, or your role, has no customers here. Ask the office, or go to the portal.", "lock", el("a", { class: "button", href: "/portal", "data-server": true }, "Go to the portal"))];
      if (sync.standing === "revoked") return [empty("Nothing is left on this device", "Your retailers come back when you sign in again.", "retailers")];
      return [empty("No retailers yet", sync.standing === "current"
        ? "You see the retailers of your own territories. None is in them, or you are in no territory: ask the office."
        : "They come onto this device as soon as there is a network.", "retailers")];
    }
    const attention = customers.attention(Date.now());
    const some = this.#everything ? attention : attention.slice(0, PRESSING);
    const pressing = some.map(({ retailer, contacts }) => this.#row(retailer, contacts.map(({ contact, why }) => `${contact.name}: ${WHY[why]}`).slice(0, 2).join(" · ")));
    if (attention.length > some.length) {
      const reveal = () => {
        this.#everything = true;
        this.#paint();
      };
      pressing.push(el("li", {}, el("button", { type: "button", class: "more", id: "more-attention", onclick: reveal }, `Show all ${attention.length}`)));
    }
    const recent = customers.recent.slice(0, 6).map((looked) => (looked.kind === "retailer" ? this.#row(looked.item) : this.#contact(looked.item)));
    return [
      ...section("Needs attention", pressing, attention.length),
      ...section("Looked at last", recent),
    ];
  }

  /** @param {Retailer} retailer @param {string} [why] @param {boolean} [isCurrent] */
  #row({ id, name, account_number, territory, active }, why, isCurrent = id === this.#current) {
    return el("li", {}, el("a", { href: `/sales/retailers/${id}`, "aria-current": isCurrent && "true" },
      el("span", { class: "name" }, name), active ? el("span", {}) : badge({ tone: "neutral", shape: "dash", word: "Inactive" }),
      el("span", { class: "sub" }, why ?? `${account_number} · ${territory}`)));
  }

  /** @param {ShownContact} contact */
  #contact(contact) {
    const at = this.#app.customers.retailer(contact.retailer);
    return el("li", {}, el("a", { href: `/sales/contacts/${contact.id}`, "aria-current": contact.id === this.#person && "true" },
      el("span", { class: "name" }, contact.name), badge(badgeOf(contact, Date.now())),
      el("span", { class: "sub" }, [contact.position, at?.name].filter(Boolean).join(" at "))));
  }
}

/** All retailers as far as one has scrolled. Thousands of rows are made once, and anew only where something differs. */
class AllRetailers {
  #make;
  #count = el("span", { class: "count" });
  #list = el("ul", { class: "list" });
  element = el("div", { class: "results", hidden: true }, el("h2", { class: "list-title" }, "All", this.#count), this.#list);
  /** What each row was made of. @type {{ retailer: Retailer, isCurrent: boolean, element: HTMLLIElement }[]} */
  #rows = [];

  /** @param {(retailer: Retailer, isCurrent: boolean) => HTMLLIElement} make */
  constructor(make) {
    this.#make = make;
  }

  /** @param {Retailer[]} all in order @param {number} count of those to draw @param {string} current */
  draw(all, count, current) {
    this.#count.textContent = String(all.length);
    const rows = all.slice(0, count).map((retailer, at) => this.#renewed(retailer, retailer.id === current, this.#rows[at]));
    for (const { element } of this.#rows.slice(rows.length)) element.remove();
    this.#rows = rows;
  }

  /** @param {Retailer} retailer @param {boolean} isCurrent @param {{ retailer: Retailer, isCurrent: boolean, element: HTMLLIElement }} [before] */
  #renewed(retailer, isCurrent, before) {
    if (before?.retailer === retailer && before.isCurrent === isCurrent) return before;
    const element = this.#make(retailer, isCurrent);
    const isHeld = before?.element.contains(document.activeElement);
    if (before) before.element.replaceWith(element);
    else this.#list.append(element);
    if (isHeld) element.querySelector("a")?.focus({ preventScroll: true });
    return { retailer, isCurrent, element };
  }
}

/** @param {string} title @param {Child[]} rows @param {number} [count] @returns {Child[]} */
const section = (title, rows, count) =>
  rows.length ? [el("h2", { class: "list-title" }, title, count !== undefined && el("span", { class: "count" }, count)), el("ul", { class: "list" }, ...rows)] : [];

/** @param {number} count @param {string} what */
const counted = (count, what) => `${count} ${count === 1 ? what : `${what}s`}`;
