// @ts-check
/** Entering a contact and changing one: saved on this device first, sent when there is a network. */
import { el, notice } from "../dom.js";
import { FormScreen } from "../form.js";
import { gone, may, mayEdit } from "./retailer.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../main.js").Screen} Screen */
/** @typedef {import("../form.js").Field} Field */

/** @param {App} app @returns {Field[]} */
const detailFields = ({ sync }) => [
  { name: "name", label: "Name", required: true, maxlength: 120, autocomplete: "off" },
  { name: "position", label: "Position", optional: true, maxlength: 80, hint: "What they are there: owner, buyer …" },
  { name: "phone", label: "Telephone", optional: true, maxlength: 40, type: "tel" },
  { name: "language", label: "Language of their mails", options: (sync.me?.languages ?? []).map(({ tag, name }) => [tag, name]) },
];

/** @type {Field[]} */
const SIGN_IN = [
  { name: "email", label: "E-mail address", optional: true, type: "email", hint: "Where their mail goes. Several contacts may share one." },
  { name: "username", label: "Username", optional: true, hint: "What they sign in with, unique over all contacts. Often the account number." },
  { name: "website_access", label: "Website access", checkbox: true, hint: "Lets them sign in. Off ends their sessions and voids temporary passwords." },
];

/** What a rep asks the office for. @type {Field[]} */
const ASKED = [
  { name: "email", label: "E-mail address", optional: true, type: "email", hint: "Where their mail is to go. The office enters it: your role doesn’t." },
  { name: "username", label: "Username", optional: true, hint: "What they want to sign in with. Left empty, the office chooses one." },
];

/** @type {Field[]} */
const ASKED_MORE = [
  { name: "website_access", label: "Turn website access on", checkbox: true, hint: "So that they can be sent their invitation." },
  { name: "note", label: "Note to the office", optional: true, maxlength: 500 },
];

const NOT_ALLOWED = [notice("bad", "Your role doesn’t allow this", el("p", {}, "Ask the office to make the change."))];

/** @param {App} app @param {string} retailer @returns {Screen} */
export function newContact(app, retailer) {
  const wrong = app.queue.records.find((record) => record.kind === "create" && record.retailer === retailer && isInvalid(record));
  // What the office is asked for was entered before, when only the details are to be put right.
  const more = may(app, "change_sign_in") ? SIGN_IN : wrong ? [] : ASKED;
  return new FormScreen(app, {
    fields: [...detailFields(app), ...more],
    values: wrong?.body ?? { language: app.sync.me?.languages[0]?.tag ?? "en", website_access: may(app, "change_sign_in") },
    errors: wrong?.problem?.errors,
    act: "Enter contact",
    back: { label: app.customers.retailer(retailer)?.name ?? "Retailer", href: `/sales/retailers/${retailer}` },
    view() {
      const at = app.customers.retailer(retailer);
      if (!at) return gone(app, "This retailer is not on this device", "It may have moved out of your territories.");
      return { title: "New contact", retailer, intro: mayEdit(app) ? [el("p", { class: "sub" }, `At ${at.name}, account ${at.account_number}`)] : NOT_ALLOWED, closed: !mayEdit(app) };
    },
    async save(values) {
      const body = withoutEmpty(values);
      if (wrong) {
        const key = await app.queue.enterAgain(wrong.key, body);
        return `/sales/contacts/${key ?? wrong.key}`;
      }
      const { email, username, ...rest } = body;
      const asks = more === ASKED && (email || username);
      const record = asks
        ? await app.queue.enter({ kind: "create", retailer, body: rest }, { kind: "ask", retailer, body: withoutEmpty({ email: email ?? "", username: username ?? "", website_access: true }) })
        : await app.queue.enter({ kind: "create", retailer, body });
      return `/sales/contacts/${record.key}`;
    },
  });
}

/** @param {App} app @param {string} contact @returns {Screen} */
export const details = (app, contact) => change(app, contact, "edit", "Edit details", detailFields(app), () => mayEdit(app));

/** @param {App} app @param {string} contact @returns {Screen} */
export const signIn = (app, contact) => change(app, contact, "sign-in", "Change sign-in", SIGN_IN, () => may(app, "change_sign_in"));

/** What the office is to change about how a contact signs in. @param {App} app @param {string} contact @returns {Screen} */
export function ask(app, contact) {
  const wrong = app.queue.openOf(contact).find((record) => record.kind === "ask" && isInvalid(record));
  const seen = app.customers.contact(contact);
  const before = seen && { email: seen.email ?? "", username: seen.username ?? "", website_access: !seen.website_access, note: "" };
  /** @param {Record<string, any>} values what differs from how it is */
  const asked = ({ email, username, website_access, note }) => ({
    ...(email && email !== seen?.email && { email }),
    ...(username && username !== seen?.username && { username }),
    ...(website_access && !seen?.website_access && { website_access }),
    ...(note && { note }),
  });
  return new FormScreen(app, {
    fields: [...ASKED, ...(seen?.website_access ? ASKED_MORE.slice(1) : ASKED_MORE)],
    values: { ...before, ...wrong?.body },
    errors: wrong?.problem?.errors,
    act: "Ask the office",
    back: { label: seen?.name ?? "Contact", href: `/sales/contacts/${contact}` },
    view() {
      if (!seen) return gone(app, "This contact is not on this device", "They may have moved out of your territories, or were merged or erased.");
      const intro = [el("p", { class: "sub" }, `${seen.name}. The office sees it on its dashboard and enters it or turns it down; you are told here.`)];
      return { title: "Ask the office", retailer: seen.retailer, contact, intro: mayEdit(app) ? intro : NOT_ALLOWED, closed: !mayEdit(app) };
    },
    check: (values) => (Object.keys(asked(values)).length ? [] : [{ field: "email", detail: "Nothing is different yet: say what is to be changed." }]),
    async save(values) {
      const body = asked(values);
      if (wrong) await app.queue.enterAgain(wrong.key, body);
      else if (seen) await app.queue.enter({ kind: "ask", retailer: seen.retailer, contact, body });
      return `/sales/contacts/${contact}`;
    },
  });
}

/**
 * @param {App} app @param {string} contact @param {"edit" | "sign-in"} kind @param {string} title @param {Field[]} fields @param {() => boolean} allowed
 * @returns {Screen}
 */
function change(app, contact, kind, title, fields, allowed) {
  const wrong = app.queue.openOf(contact).find((record) => record.kind === kind && isInvalid(record));
  // What the person saw: what they change is compared with it, whatever comes in meanwhile.
  const seen = app.customers.contact(contact);
  const shown = seen && Object.fromEntries(fields.map(({ name }) => [name, /** @type {any} */ (seen)[name] ?? ""]));
  return new FormScreen(app, {
    fields,
    values: { ...shown, ...wrong?.body },
    errors: wrong?.problem?.errors,
    act: "Save",
    back: { label: seen?.name ?? "Contact", href: `/sales/contacts/${contact}` },
    view() {
      if (!seen) return gone(app, "This contact is not on this device", "They may have moved out of your territories, or were merged or erased.");
      return { title, retailer: seen.retailer, contact, intro: allowed() ? [el("p", { class: "sub" }, seen.name)] : NOT_ALLOWED, closed: !allowed() };
    },
    async save(values) {
      const after = kind === "sign-in" ? { ...values, email: values.email || null, username: values.username || null } : values;
      const changed = Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== (/** @type {any} */ (seen)[name] ?? (value === "" ? "" : null))));
      // The server takes how someone signs in as a whole.
      const body = kind === "sign-in" ? after : changed;
      if (wrong) await app.queue.enterAgain(wrong.key, body);
      else if (Object.keys(changed).length && seen) {
        const values = Object.fromEntries(Object.keys(changed).map((name) => [name, /** @type {any} */ (seen)[name]]));
        await app.queue.enter({ kind, retailer: seen.retailer, contact, body, base: { version: seen.version, values } });
      }
      return `/sales/contacts/${contact}`;
    },
  });
}

/** @param {import("../records.js").QueueRecord} record */
const isInvalid = ({ state, problem }) => state === "attention" && problem?.type.endsWith("/invalid");

/** @param {Record<string, any>} values */
const withoutEmpty = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
