// @ts-check
/** One retailer with its contacts. */
import { badgeOf } from "../badges.js";
import { back, badge, card, el, empty, link } from "../dom.js";

/** @typedef {import("../main.js").App} App */

/** @param {App} app @param {string} id @returns {import("../main.js").Screen} */
export function retailer(app, id) {
  return {
    start: () => void app.customers.look("retailer", id),
    render() {
      const found = app.customers.retailer(id);
      if (!found) return gone(app, "This retailer is not on this device", "It may have moved out of your territories, or has not been read yet.");
      const contacts = app.customers.contactsOf(id);
      const add = mayEdit(app) && link("New contact", "plus", `/sales/retailers/${id}/contacts/new`, "small");
      return {
        title: found.name,
        retailer: id,
        detail: [
          back("Retailers", "/sales"),
          el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, found.name), !found.active && badge({ tone: "neutral", shape: "dash", word: "Inactive" }),
            el("p", { class: "sub" }, `Account ${found.account_number} · ${found.territory}`))),
          card("Contacts", contacts.length
            ? el("ul", { class: "list" }, contacts.map((contact) => row(contact)))
            : empty("No contacts yet", "A contact is a person at this retailer who can be given website access.", "contacts", add), contacts.length > 0 && add),
          found.address && card("Address", el("div", { class: "card-body" }, el("p", { class: "lines" }, found.address))),
        ],
      };
    },
  };
}

/** @param {import("../customers.js").ShownContact} contact @param {string} [sub] */
export const row = (contact, sub = contact.position) =>
  el("li", {}, el("a", { href: `/sales/contacts/${contact.id}` }, el("span", { class: "name" }, contact.name), badge(badgeOf(contact, Date.now())),
    el("span", { class: "sub" }, [sub, contact.waiting && "changes wait to be sent"].filter(Boolean).join(" · "))));

/** @param {App} app */
export const mayEdit = ({ sync }) => sync.me?.permissions.customers === "write";

/** @param {App} app @param {string} act */
export const may = ({ sync }, act) => sync.me?.permissions.acts.includes(act) ?? false;

/** @param {App} app @param {string} title @param {string} text @returns {import("../main.js").View} */
export function gone({ sync }, title, text) {
  if (sync.standing === "starting" || sync.progress) return { title: "Reading", detail: [el("ul", { class: "list skeletons", "aria-label": "Reading" }, el("li", {}), el("li", {}))] };
  return { title, detail: [back("Retailers", "/sales"), empty(title, text, "retailers", link("All retailers", "", "/sales"))] };
}
