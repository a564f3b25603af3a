// @ts-check
/** A rep whose app (behind `between.js`) is asked directly, beneath its screens: what it keeps, what waits, what it knows. */
import assert from "node:assert/strict";

/** @typedef {import("./visitor.js").Visitor} Visitor */
/** @typedef {import("./demo.js").Staff} Staff */

/** Signs in and waits until the customers are on the device. @param {Visitor} rep @param {Staff | undefined} staff */
export async function comesIn(rep, staff) {
  assert.ok(staff);
  // Nobody is signed in until the app has asked.
  rep.bears(/^401 \S+\/api\/v1\/me$/);
  if (!rep.page.url().endsWith("/sales/login")) await rep.page.goto("/sales/login");
  await rep.page.getByLabel("E-mail address").fill(staff.email);
  await rep.page.getByLabel("Password", { exact: true }).fill(staff.password);
  await rep.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await rep.page.waitForURL("**/sales");
  await opens(rep);
  await stands(rep, "current");
}

/** Waits until the app is there, with what is on the device. @param {Visitor} rep */
export const opens = (rep) => until(rep, "globalThis.core !== undefined && document.readyState === 'complete'");

/** Something of the app: an expression of `core`, and of `given`. @param {Visitor} rep @param {string} expression @param {unknown} [given] @returns {Promise<any>} */
export const asks = (rep, expression, given) =>
  rep.page.evaluate(`(async (given) => ${expression})(${JSON.stringify(given) ?? "undefined"})`);

/** Waits until an expression of `core` is true; meanwhile the page may be loaded anew. @param {Visitor} rep @param {string} expression */
export async function until(rep, expression) {
  const late = Date.now() + PATIENCE_MS;
  for (;;) {
    const is = await rep.page.evaluate(`(async () => ${expression})()`).catch(String);
    if (is === true) return;
    if (Date.now() > late) throw new Error(`it never came to ${expression}: ${is}; ${await asks(rep, STATE).catch(String)}`);
    await rep.page.evaluate("new Promise((next) => setTimeout(next, 50))").catch(() => {});
  }
}

const PATIENCE_MS = 60_000;
const STATE = "JSON.stringify([core.sync.standing, core.queue.standing, core.queue.records])";

/** @param {Visitor} rep @param {string} standing */
export const stands = (rep, standing) => until(rep, `globalThis.core?.sync.standing === ${JSON.stringify(standing)}`);

/** Waits until so many records have come to a state, and none is on its way. @param {Visitor} rep @param {"waiting" | "attention" | "done"} state @param {number} count */
export const has = (rep, state, count) => until(rep, `core.queue.counts.${state} === ${count} && core.queue.counts.sending === 0`);

/** A contact as the app shows them. @param {Visitor} rep @param {string} name @param {string} account @returns {Promise<any>} */
export async function contact(rep, name, account) {
  const search = "core.customers.search(given.join(' ')).contacts.filter(({ name }) => name === given[0])";
  const found = await asks(rep, search, [name, account]);
  assert.equal(found.length, 1, `${name} at ${account}`);
  return found[0];
}

/** Enters an act on a contact. @param {Visitor} rep @param {any} contact @param {"reset" | "edit" | "sign-in"} kind @param {object} [body] @returns {Promise<any>} the record */
export const enters = (rep, contact, kind, body = {}) =>
  asks(rep, "core.queue.enter(given)", {
    kind,
    retailer: contact.retailer,
    contact: contact.id,
    body,
    base: kind === "reset" ? null : { version: contact.version, values: Object.fromEntries(Object.keys(body).map((field) => [field, contact[field]])) },
  });

/** Waits until the app is kept on the device. @param {Visitor} rep */
export const isKept = (rep) => until(rep, "navigator.serviceWorker.controller !== null");

/** All there is in the app's database, as text. @param {Visitor} rep @returns {Promise<string>} */
export const everythingKept = (rep) =>
  asks(rep, `JSON.stringify(await core.db.read(["retailers", "contacts", "queue", "meta"], async (tx) =>
    [await tx.all("retailers"), await tx.all("contacts"), await tx.all("queue"), await tx.all("meta")]))`);

/** What browsers say where there is no network. */
const NO_NETWORK = /net::ERR_(INTERNET_DISCONNECTED|FAILED|NETWORK_CHANGED)/;

/** Cuts the network, or gives it back. @param {Visitor} rep @param {boolean} off */
export async function isOffline(rep, off) {
  if (off) rep.bears(NO_NETWORK);
  await rep.context.setOffline(off);
  if (!off) await rep.forbids(NO_NETWORK);
}

/** The page is killed; another is opened later, in the same browser. @param {Visitor} rep */
export async function isKilled(rep) {
  await rep.page.close();
  rep.page = await rep.context.newPage();
  rep.guard();
}
