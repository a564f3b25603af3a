// @ts-check
/** Someone asks what is known about them, and someone wants to be forgotten. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { chooses, isAt, isWrong, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

/** What a button lets one take away. @param {Visitor} visitor @param {string} button */
async function takes({ page }, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

journey("everything known is shown, taken along, and erased", ["desktop", "phone"], async ({ demo, come }) => {
  const visitor = await come();
  const { page } = visitor;
  await signsInAsStaff(visitor, "/portal", demo.staff.admin ?? assert.fail());
  await page.goto("/portal/contacts?q=alex+harbour+gifts");
  await page.locator("tbody tr a").first().click();
  await page.waitForURL("**/portal/contacts/*");
  const contact = page.url();
  const name = await page.getByRole("heading", { level: 1 }).innerText();
  await page.locator("summary").filter({ hasText: "More" }).filter({ visible: true }).last().click();
  await visitor.look("portal-contact-more");
  await page.goto(contact);
  await page.getByRole("link", { name: "Everything known about them" }).click();
  await sees(visitor, "What happened");
  await visitor.look("portal-privacy");
  const known = await takes(visitor, "Download as a file");
  assert.equal(known.person.name, name);
  assert.equal(known.format, 1);
  await page.goto(`${contact}/erase`);
  await visitor.look("portal-erase");
  await page.getByLabel("To erase them").fill("Somebody Else");
  await page.getByRole("button", { name: "Erase for good" }).click();
  await isWrong(page.getByLabel("To erase them"), "not their name");
  await visitor.look("portal-erase-wrong");
  await page.getByLabel("To erase them").fill(name);
  await page.getByRole("button", { name: "Erase for good" }).click();
  await page.waitForURL("**/portal/retailers/*");
  await sees(visitor, "Erased");
  await visitor.look("portal-erased");
  await page.goto("/portal/audit/retention");
  await sees(visitor, "Last applied");
  await visitor.look("portal-retention");
});

journey("contacts see and take what is known of them", ["phone", "desktop"], async ({ come }) => {
  const alex = await come();
  const { page } = alex;
  await page.goto("/forgot-password");
  await page.getByLabel("Username").fill("alex");
  await page.getByRole("button", { name: "Send temporary password" }).click();
  await sees(alex, "Look into your mail");
  await signsIn(alex, "alex", temporaryPassword(await readsMail(alex, "temporary password")));
  await chooses(alex, "seven green kettles 7");
  await isAt(alex, "/");
  await page.goto("/account");
  await alex.look("account");
  await page.getByRole("link", { name: "Everything we know about you" }).click();
  await alex.look("account-data");
  await page.goto("/account/data#known-history");
  await alex.look("account-data-history");
  await page.getByLabel("Current password").fill("not my kettles 7");
  await page.getByRole("button", { name: "Download as a file" }).click();
  await isWrong(page.getByLabel("Current password"), /password/);
  await alex.look("account-data-wrong");
  await page.getByLabel("Current password").fill("seven green kettles 7");
  assert.equal((await takes(alex, "Download as a file")).person.username, "alex");
});
