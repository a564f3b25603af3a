// @ts-check
/** What people do, in their words. Everything waits by itself until the page is as expected. */
import assert from "node:assert/strict";

/** @typedef {import("./visitor.js").Visitor} Visitor */
/** @typedef {import("playwright-core").Locator} Locator */

/** Waits until the page shows it. @param {Visitor} visitor @param {string | RegExp} text */
export async function sees(visitor, text) {
  await visitor.page.getByText(text).filter({ visible: true }).first().waitFor();
}

/** Waits until one is there. @param {Visitor} visitor @param {string} path */
export async function isAt(visitor, path) {
  await visitor.page.waitForURL(`${visitor.origin}${path}`);
}

/** @param {Locator} input @param {string | RegExp} message */
export async function isWrong(input, message) {
  await input.and(input.page().locator("[aria-invalid=true]")).waitFor();
  const described = (await input.getAttribute("aria-describedby"))?.split(" ")[0] ?? "";
  await input.page().locator(`[id="${described}"]`).filter({ hasText: message }).waitFor();
}

/** @param {Visitor} visitor @param {string} username @param {string} password */
export async function signsIn(visitor, username, password) {
  const { page } = visitor;
  await page.goto("/login");
  await page.getByLabel("Username or e-mail address", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** @param {Visitor} visitor @param {"/portal" | "/sales"} door @param {import("./demo.js").Staff} staff */
export async function signsInAsStaff(visitor, door, staff) {
  const { page } = visitor;
  // The app asks first, and hears that this device is nobody's yet.
  if (door === "/sales") visitor.bears(/^401 \S+\/api\/v1\/(me|tokens)$/);
  await page.goto(`${door}/login`);
  await page.getByLabel("E-mail address").fill(staff.email);
  await page.getByLabel("Password", { exact: true }).fill(staff.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await isAt(visitor, door);
  if (door === "/sales") await sees(visitor, "Up to date");
}

/** What the search names: the entry of a retailer or contact. @param {Visitor} visitor @param {string} name */
export const found = ({ page }, name) => page.locator("#found a").filter({ has: page.locator(".name").getByText(name, { exact: true }) });

/** @param {Visitor} visitor @param {string} username */
export async function forgets(visitor, username) {
  const { page } = visitor;
  await page.goto("/forgot-password");
  await page.getByLabel("Username").fill(username);
  await page.getByRole("button", { name: "Send temporary password" }).click();
  await sees(visitor, "Look into your mail");
}

/** @param {Visitor} visitor @param {string} password @param {string} [again] */
export async function chooses(visitor, password, again = password) {
  const { page } = visitor;
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("New password again", { exact: true }).fill(again);
  await page.getByRole("button", { name: "Set password" }).click();
}

/** How many mails the inbox holds. @param {Visitor} visitor @param {string} query */
export async function mails(visitor, query) {
  await visitor.page.goto(`/dev/inbox?q=${encodeURIComponent(query)}`);
  return visitor.page.locator(".list a").count();
}

/**
 * Waits for mail and reads the newest; how many were there before says when it is new.
 * @param {Visitor} visitor @param {string} query @param {number} [before]
 */
export async function readsMail(visitor, query, before = 0) {
  const { page } = visitor;
  // An invitation is followed by the username, which is read by its own subject.
  const letters = page.locator(".list a").filter(query.startsWith("Your username") ? {} : { hasNotText: /Your username for|Ihr Benutzername für/ });
  if (visitor.script) {
    await page.goto(`/dev/inbox?q=${encodeURIComponent(query)}`);
    await letters.nth(before).waitFor();
  } else {
    do await mails(visitor, query);
    while ((await letters.count()) <= before);
  }
  await letters.first().click();
  await page.locator("#mail-text").waitFor();
  return page.locator("#mail-text").innerText();
}

/** @param {string} mail */
export function temporaryPassword(mail) {
  const found = mail.match(/^[A-Z2-9]{4}(?:-[A-Z2-9]{4})+$/m)?.[0];
  assert.ok(found, "the mail holds a temporary password alone on its line");
  return found;
}

/** @param {string} mail @param {RegExp} kind */
export function link(mail, kind) {
  const found = mail.match(/^https?:\/\/\S+$/gm)?.find((address) => kind.test(address));
  assert.ok(found, `the mail holds a link with ${kind}`);
  return new URL(found).pathname;
}

/** Asks until there is something. @template T @param {() => T | Promise<T>} ask @returns {Promise<Exclude<T, false>>} */
export async function until(ask) {
  for (const begun = Date.now(); Date.now() - begun < 180_000; await new Promise((later) => setTimeout(later, 50))) {
    const found = await ask();
    if (found !== false) return /** @type {Exclude<T, false>} */ (found);
  }
  throw new Error(`waited in vain for ${ask}`);
}
