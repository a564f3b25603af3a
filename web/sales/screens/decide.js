// @ts-check
/** What needs a person: what happened, in words, and the ways out. Nothing is lost by any of them but the one that says so. */
import { problemKey } from "../api.js";
import { button, el, link } from "../dom.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../records.js").QueueRecord} QueueRecord */

/** @type {Record<string, string>} */
const FIELDS = {
  name: "Name", position: "Position", phone: "Telephone", language: "Language",
  email: "E-mail", username: "Username", website_access: "Website access",
};

/** What is to be done, and for whom. @param {App} app @param {QueueRecord} record */
export function nameOf({ customers }, record) {
  const contact = customers.contact(record.contact);
  const retailer = customers.retailer(record.retailer || contact?.retailer || "");
  const person = contact?.name ?? record.body.name ?? "a contact no longer here";
  const whom = retailer ? `${person}, ${retailer.name}` : person;
  switch (record.kind) {
    case "reset": return `${contact && !contact.was_welcomed ? "Website invitation" : "Password reset"} for ${whom}`;
    case "create": return `New contact ${whom}`;
    case "edit": return `Details of ${whom}`;
    case "sign-in": return `Sign-in of ${whom}`;
    case "ask": return `Request to the office for ${whom}`;
    case "cancel-reset": return `Calling back a reset of ${whom}`;
  }
}

/** @param {QueueRecord} record */
function happened({ problem, kind }) {
  switch (problemKey(/** @type {any} */ ({ problem }))) {
    case "proof-required": return "What decides how somebody signs in needs your password. Nothing was changed yet.";
    case "not-allowed": return "You may no longer do this. Your role was changed, or never allowed it.";
    case "not-found": return "They are not among your customers any more: moved to another territory, merged or erased.";
    case "not-possible":
      return problem?.reason === "bounced"
        ? "Mail to their address came back. They need a working one before anything can be sent."
        : (problem?.detail ?? "");
    case "lost-in-restore":
      return "Your supplier’s system was restored from a copy, so nobody knows whether this was done before. "
        + "Look at the contact, then send it or discard it.";
    case "changed-meanwhile": return "Someone else changed this contact meanwhile. Nothing of yours was saved yet.";
    case "invalid": return (problem?.errors ?? []).map(({ detail }) => detail).join(" ");
    case "": return kind === "reset" ? "It has not been sent. Look at it once more." : "It could not be sent by the app before. Look at it once more.";
    default: return problem?.detail ?? "The server did not take it.";
  }
}

/** @param {App} app @param {QueueRecord} record */
export function decide(app, record) {
  const { key } = record;
  const problem = problemKey(/** @type {any} */ ({ problem: record.problem }));
  const again = () => void app.queue.retry(key);
  const drop = () => void discard(app, record);
  const current = record.problem?.current;
  return el("div", { class: "stack" },
    el("p", {}, happened(record)),
    problem === "changed-meanwhile" && current && beside(record, current),
    problem === "proof-required" && proof(app, record),
    el("div", { class: "form-actions" },
      problem === "changed-meanwhile" && current
        ? [button("Save mine", "check", () => void app.queue.saveMine(key), { class: "primary", id: `mine-${key}` }),
          button("Keep theirs", "", drop, { id: `theirs-${key}` })]
        : [
            problem === "invalid" && ["edit", "sign-in", "ask"].includes(record.kind)
              && link("Put it right", "edit", `/sales/contacts/${record.contact}/${record.kind}`, "primary"),
            problem === "invalid" && record.kind === "create" && link("Put it right", "edit", `/sales/retailers/${record.retailer}/contacts/new`, "primary"),
            problem === "lost-in-restore" && button("Send it", "send", () => void app.queue.sendAnew(key), { class: "primary", id: `anew-${key}` }),
            !["invalid", "lost-in-restore", "proof-required"].includes(problem) && button("Try again", "refresh", again, { id: `again-${key}` }),
            button("Discard", "trash", drop, { class: "danger", id: `discard-${key}` }),
          ]));
}

/** Asks who is there, as the office is asked, and sends the change then. @param {App} app @param {QueueRecord} record */
function proof(app, { key }) {
  const said = el("p", { class: "field-error", role: "alert", id: `proof-error-${key}` });
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ type, /** @type {string} */ autocomplete) =>
    el("div", { class: "field" }, el("label", { for: `${name}-${key}` }, label), el("input", {
      class: "input", id: `${name}-${key}`, name, type, autocomplete,
      "aria-describedby": `proof-error-${key}`, autocapitalize: "off", spellcheck: "false",
    }));
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const typed = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const [password, code] = [String(typed.get("proof_password") ?? ""), String(typed.get("proof_code") ?? "").trim()];
    const answer = await app.api.ask("/api/v1/devices/current/proof", { method: "POST", body: code ? { password, code } : { password } });
    if (answer.ok) return app.queue.retry(key);
    said.textContent = answer.reached ? (answer.problem?.detail ?? "That did not work.") : "The server was not reached. Try again when there is a network.";
  };
  return el("form", { class: "form", novalidate: true, onsubmit: (/** @type {Event} */ event) => void send(event) },
    field("proof_password", "Your password", "password", "current-password"),
    field("proof_code", "Code of your authenticator app, if you have one", "text", "one-time-code"),
    said,
    el("div", { class: "form-actions" }, el("button", { type: "submit", class: "button primary", id: `prove-${key}` }, "Send it")));
}

/** @param {App} app @param {QueueRecord} record */
export async function discard(app, record) {
  const name = nameOf(app, record);
  const gone = await app.queue.discard(record.key);
  if (gone.length) app.toast(`Discarded: ${name}`, { label: "Undo", run: () => void app.queue.restore(gone) });
  else app.toast("It is being sent just now");
}

/** Both versions of what differs. @param {QueueRecord} record @param {Record<string, any>} current */
function beside({ body }, current) {
  const fields = Object.keys(body).filter((field) => body[field] !== current[field]);
  if (!fields.length) return el("p", {}, "What you entered says the same.");
  return el("table", { class: "table beside" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Field"), el("th", { scope: "col" }, "Yours"), el("th", { scope: "col" }, "There now"))),
    el("tbody", {}, fields.map((field) => el("tr", {},
      el("th", { scope: "row" }, FIELDS[field] ?? field), el("td", {}, words(body[field])), el("td", {}, words(current[field]))))));
}

/** @param {unknown} value */
const words = (value) => (value === true ? "on" : value === false ? "off" : value === null || value === "" ? "nothing" : String(value));
