// @ts-check
/** The pictures of the manual: the same people as in the journeys, photographed. */
import assert from "node:assert/strict";
import { chooses, forgets, isAt, readsMail, signsIn, signsInAsStaff, temporaryPassword } from "./acts.js";
import { openBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { settled, Visitor } from "./visitor.js";

const folder = process.argv[2] ?? ".";
const demo = await startDemo();
const browser = await openBrowser();

try {
  await website();
  await portal();
  await whoMay();
  await sales();
} finally {
  await browser.close();
  await demo.stop();
}

async function website() {
  const contact = await come("desktop");
  await forgets(contact, "alex");
  await signsIn(contact, "alex", temporaryPassword(await readsMail(contact, "alex@harbourgifts.example")));
  await isAt(contact, "/password");
  await contact.page.getByLabel("New password", { exact: true }).fill("green kettles");
  await take(contact, "choose-password");
  await chooses(contact, "seven green kettles 7");
  await isAt(contact, "/");
}

async function portal() {
  const [office, contact] = [await come("desktop"), await come("desktop")];
  const { page } = office;
  assert.ok(demo.staff.admin);
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await take(office, "dashboard");
  await page.goto("/portal/contacts");
  await take(office, "contacts");
  await page.goto("/portal/invitations");
  await page.getByRole("link", { name: "Invite everyone not invited yet" }).click();
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByRole("combobox", { name: "for" }).selectOption({ value: "all" });
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("heading", { name: "Left out" }).waitFor();
  await take(office, "invitations");
  await page.getByLabel("Mails a minute").fill("120");
  await page.getByRole("button", { name: /^Invite \d+ contacts/ }).click();
  await page.locator("progress:not([value='0'])").waitFor();
  await page.getByText("Handed over").first().waitFor();
  await take(office, "run");
  await page.locator("summary").getByText("Cancel").click();
  await page.getByRole("button", { name: "Call off the rest" }).click();
  await page.getByText("then called off").first().waitFor();
  await page.locator("#top-search").pressSequentially("corner");
  await page.locator(".finds").getByText("Corner Pantry", { exact: true }).waitFor();
  await take(office, "search");
  await page.goto("/portal/retailers?q=corner+pantry");
  await page.getByRole("link", { name: "Corner Pantry" }).click();
  await page.getByRole("link", { name: "Morgan Sample" }).click();
  await page.getByRole("link", { name: "Send password reset" }).click();
  await page.getByRole("dialog").getByRole("heading").waitFor();
  await take(office, "reset-confirmation");

  // Someone with a past: invited once, back by themselves, and asked about again.
  await page.getByRole("dialog").getByRole("button", { name: "Send password reset" }).click();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await signsIn(contact, "morgan.10003", temporaryPassword(await readsMail(contact, "morgan@cornerpantry.example")));
  await isAt(contact, "/password");
  await chooses(contact, "forty paper lanterns 40");
  await isAt(contact, "/");
  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.getByRole("link", { name: "Send password reset" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send password reset" }).click();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await take(office, "contact");
}

async function whoMay() {
  const owner = await come("desktop");
  const { page } = owner;
  const staff = demo.staff.owner;
  assert.ok(staff);
  await signsInAsStaff(owner, "/portal", staff);
  await page.goto("/portal/staff/rights?what=export");
  await take(owner, "who-may-what");
  await page.goto("/portal/roles");
  await page.getByRole("link", { name: "Support", exact: true }).click();
  await page.getByRole("heading", { name: "They can’t" }).waitFor();
  await take(owner, "role");
  await page.goto("/portal/settings/mails/reset/en");
  await page.getByLabel("After it").focus();
  await page.getByLabel("After it").press("Control+Home");
  await page.getByLabel("After it").pressSequentially("Good morning! ");
  await page.locator("#preview").getByText("Good morning!").waitFor();
  await page.frameLocator("iframe.mail-html").getByText("K7QM-2RXD-9TWP").waitFor();
  await take(owner, "mail-words");
  await page.goto("/portal/me/second-factor");
  await page.getByLabel("Your password").fill(staff.password);
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  await page.locator("#secret").waitFor();
  await take(owner, "second-factor");
}

async function sales() {
  const rep = await come("ipad");
  const staff = demo.staff["rep.north"];
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await rep.page.locator(".sync-state").getByText("Up to date").waitFor();
  await rep.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await take(rep, "sales-retailers");
  await rep.page.getByRole("link", { name: "Little Fox" }).click();
  await rep.page.getByRole("link", { name: "Rowan Sample" }).click();
  await rep.page.getByRole("heading", { level: 1, name: "Rowan Sample" }).waitFor();
  await take(rep, "sales-app");
  await rep.page.getByRole("link", { name: "Send password reset" }).click();
  await rep.page.getByText("good for 48 hours").waitFor();
  await take(rep, "sales-confirm");
  await rep.context.setOffline(true);
  await rep.page.getByRole("button", { name: "Send password reset" }).click();
  await rep.page.locator(".sync-state").getByText("1 waiting").click();
  await rep.page.getByText("Password reset for Rowan Sample, Little Fox").waitFor();
  await take(rep, "sales-sync");
}

/** @param {import("./screens.js").ScreenName} screen */
function come(screen) {
  return Visitor.arrives(browser, demo.url, { screen });
}

/** @param {Visitor} visitor @param {string} name */
async function take({ page }, name) {
  await page.evaluate(settled);
  await page.screenshot({ path: `${folder}/${name}.png`, caret: "hide" });
}
