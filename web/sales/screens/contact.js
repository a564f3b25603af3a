// @ts-check
/** One contact: where they stand with the website, and what can be done about it. */
import { actOf, badgeOf, canSend, meaningOf } from "../badges.js";
import { address, back, badge, button, card, el, facts, icon, link, notice, time } from "../dom.js";
import { gone, may, mayEdit, row } from "./retailer.js";
import { resetRow, waitingReset } from "./resets.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../customers.js").ShownContact} ShownContact */
/** @typedef {import("../shapes.js").Reset} Reset */

/** @param {App} app @param {string} id @returns {import("../main.js").Screen} */
export function contact(app, id) {
  /** @type {Reset[] | null} */
  let resets = null;
  return {
    start(signal) {
      void app.customers.look("contact", id);
      let asked = false;
      async function read() {
        // The server knows nothing yet of who was made here.
        if (!app.customers.contact(id) || app.queue.record(id)) return;
        asked = true;
        const answer = await app.api.get(`/api/v1/contacts/${id}/resets`);
        if (signal.aborted || !answer.ok) return;
        resets = answer.body.items;
        app.redraw();
      }
      void read();
      app.queue.addEventListener("sent", () => void read(), { signal });
      app.customers.addEventListener("change", () => !asked && void read(), { signal });
    },
    render() {
      const found = app.customers.contact(id);
      if (!found) return gone(app, "This contact is not on this device", "They may have moved out of your territories, or were merged or erased.");
      const at = app.customers.retailer(found.retailer);
      const others = app.customers.contactsOf(found.retailer).filter((other) => other.id !== id);
      return {
        title: found.name,
        retailer: found.retailer,
        contact: id,
        detail: [
          back(at?.name ?? "Retailer", `/sales/retailers/${found.retailer}`),
          el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, found.name), badge(badgeOf(found, Date.now())), found.position && el("p", { class: "sub" }, found.position))),
          pending(found),
          answered(app, found),
          touch(found),
          access(app, found, at),
          sent(app, found, resets),
          about(app, found),
          others.length > 0 && card(`Others at ${at?.name ?? "this retailer"}`, el("ul", { class: "list" }, others.map((other) => row(other)))),
        ],
        thumb: canSend(found, Date.now()) && may(app, "trigger_reset") ? [link(actOf(found), "send", `/sales/contacts/${id}/resets/new`, "primary")] : [],
      };
    },
  };
}

/** @param {ShownContact} found */
function pending({ waiting }) {
  if (!waiting) return null;
  if (waiting.attention) return notice("bad", "Something here needs your decision", el("p", {}, el("a", { href: "/sales/sync" }, "Decide in the sync centre")));
  if (waiting.created) return notice("info", "", el("p", {}, "Entered on this device. The office sees them once there is a network."));
  return waiting.fields.length > 0 && notice("info", "", el("p", {}, "Changes made on this device wait to be sent. ", el("a", { href: "/sales/sync" }, "See them")));
}

/** @param {ShownContact} found */
function touch({ phone, email }) {
  const digits = phone.replace(/\D/g, "");
  const [local, domain] = email?.split(/@(?=[^@]*$)/) ?? [];
  if (!digits && !email) return null;
  return el("div", { class: "row touch" },
    digits && el("a", { class: "button", href: `tel:${phone.trim().startsWith("+") ? "+" : ""}${digits}` }, icon("phone"), phone),
    email && el("a", { class: "button", href: `mailto:${encodeURIComponent(local)}@${encodeURIComponent(domain)}` }, icon("invitations"), "Write a mail"));
}

/** @param {App} app @param {ShownContact} found @param {import("../shapes.js").Retailer | undefined} at */
function access(app, found, at) {
  const mayChange = may(app, "change_sign_in");
  const on = found.website_access;
  return card("Website access", el("div", { class: "card-body" },
    el("p", {}, meaningOf(found, at, Date.now())),
    facts([
      ["Username", found.username ?? "none"],
      ["E-mail", found.email ? address(found.email) : "none"],
      ["Last sign-in", found.last_sign_in_at ? time(found.last_sign_in_at) : "never"],
    ]),
    mayChange && el("div", { class: "form-actions" },
      button(on ? "Turn access off" : "Turn access on", "", () => void turn(app, found), { class: on ? "danger" : "", id: "access-switch" }),
      on && el("p", { class: "small muted" }, "Off signs them out everywhere and voids temporary passwords. On again loses nothing.")),
    !mayChange && asked(app, found),
    !mayChange && !mayEdit(app) && !canSend(found, Date.now()) && el("p", { class: "muted" }, "Your role doesn’t change how somebody signs in: ask the office.")),
  mayChange ? link("Change", "edit", `/sales/contacts/${found.id}/sign-in`, "small") : mayEdit(app) && link("Ask the office", "send", `/sales/contacts/${found.id}/ask`, "small"));
}

/** What the office was asked for and has not settled yet. @param {App} app @param {ShownContact} found */
function asked({ customers }, { id, waiting }) {
  const request = customers.requestOf(id);
  if (waiting?.ask) return notice("info", "", el("p", {}, "Your request to the office waits to be sent: ", wanted(waiting.ask.body), "."));
  return request?.state === "open" && notice("info", "", el("p", {}, "You asked the office ", time(request.asked_at), ": ", wanted(request), ". It has not settled it yet."));
}

/** @param {{ email?: string | null, username?: string | null, website_access?: boolean, note?: string }} request */
const wanted = ({ email, username, website_access, note }) =>
  [email && `e-mail ${email}`, username && `username ${username}`, website_access && "website access on", note && `“${note}”`].filter(Boolean).join(", ");

/** What the office did about a request, until somebody took note of it. @param {App} app @param {ShownContact} found */
function answered({ customers }, { id }) {
  const request = customers.requestOf(id);
  if (!request || !customers.isAnswered(id)) return null;
  const entered = request.state === "entered";
  const who = request.settled_by ?? "The office";
  return notice(entered ? "ok" : "warn", entered ? "The office did what you asked for" : "The office turned down what you asked for",
    el("p", {}, `${who}: ${wanted(request)}.`, request.answer && ` “${request.answer}”`),
    el("div", { class: "form-actions" }, button("Noted", "check", () => void customers.note(id), { class: "small", id: "noted" }),
      !entered && link("Ask again", "send", `/sales/contacts/${id}/ask`, "small")));
}

/** Turns the switch, with an undo. @param {App} app @param {ShownContact} found */
async function turn(app, found) {
  const on = !found.website_access;
  const record = await app.queue.enter({
    kind: "sign-in", retailer: found.retailer, contact: found.id,
    body: { email: found.email, username: found.username, website_access: on },
    base: { version: found.version, values: { website_access: !on } },
  });
  app.toast(on ? "Access is turned on" : "Access is turned off", {
    label: "Undo",
    async run() {
      const gone = await app.queue.discard(record.key);
      const now = app.customers.contact(found.id);
      if (!gone.length && now) await turn(app, now);
    },
  });
}

/** @param {App} app @param {ShownContact} found @param {Reset[] | null} resets */
function sent(app, found, resets) {
  const waiting = found.waiting?.reset;
  if (!waiting && !resets?.length) return null;
  return card("Sent", el("ul", { class: "list" }, waiting && waitingReset(waiting), (resets ?? []).slice(0, 5).map((reset) => resetRow(reset))));
}

/** @param {App} app @param {ShownContact} found */
function about(app, found) {
  const language = app.sync.me?.languages.find(({ tag }) => tag === found.language)?.name ?? found.language;
  return card("Details", el("div", { class: "card-body" }, facts([
    ["Position", found.position || "not known"],
    ["Telephone", found.phone || "not known"],
    ["Language", language],
  ])), mayEdit(app) && link("Edit", "edit", `/sales/contacts/${found.id}/edit`, "small"));
}
