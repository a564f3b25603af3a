// @ts-check
/** A rep with an iPad, in both ways of holding it. */
import assert from "node:assert/strict";
import { isAt, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";
import { isKept, isOffline } from "../support/rep.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

const CUSTOMERS = {
  ipad: { typed: "little", retailer: "Little Fox", account: "10013", person: "Rowan Sample", address: "rowan@littlefox.example" },
  "ipad upright": { typed: "10017", retailer: "Pebble Beach Surf", account: "10017", person: "Sam Sample", address: "sam@pebblebeachsurf.example" },
  phone: { typed: "10017", retailer: "Pebble Beach Surf", account: "10017", person: "Sam Sample", address: "sam@pebblebeachsurf.example" },
};

/** Finds a contact by typing a little of their retailer. @param {Visitor} rep @param {typeof CUSTOMERS["ipad"]} who */
async function finds({ page }, who) {
  await page.getByRole("searchbox").fill(who.typed);
  await page.locator(".pane-list").getByRole("link", { name: who.retailer }).first().tap();
  await page.getByRole("heading", { level: 1, name: who.retailer }).waitFor();
  await page.locator(".acting").getByText(who.retailer).waitFor();
  await page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  await page.getByRole("heading", { level: 1, name: who.person }).waitFor();
  await page.locator(".acting").getByText(who.person).waitFor();
}

/** Follows a link of the app that is elsewhere on the screen. @param {Visitor} rep @param {"/sales/sync" | "/sales/me"} path */
async function opens(rep, path) {
  await rep.page.locator(`.sales-top a[href="${path}"]`).tap();
  await isAt(rep, path);
}

journey("a reset in the field", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const who = CUSTOMERS[/** @type {keyof typeof CUSTOMERS} */ (screen)];
  const [rep, contact] = [await come(), await come({ screen: "phone" })];
  const { page } = rep;
  rep.bears(/^401 \S+\/(api\/v1\/(me|tokens)|sales\/device)$/);
  await page.goto("/sales");
  await isAt(rep, "/sales/login");
  await rep.look();
  const staff = demo.staff["rep.north"];
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await sees(rep, "Harbour Gifts");
  assert.equal(await page.getByText("Mill Lane Books").count(), 0, "only the retailers of the own territory");
  await rep.look("sales-retailers");

  await page.getByRole("searchbox").fill(who.typed);
  await rep.look("sales-search");
  await finds(rep, who);
  await rep.look("sales-contact");
  await page.getByRole("link", { name: "Send password reset" }).tap();
  await page.getByRole("heading", { level: 1, name: "Send password reset?" }).waitFor();
  const confirm = page.locator(".confirm");
  for (const text of [who.person, who.retailer, `Account ${who.account}`]) await confirm.locator(".who").getByText(text).first().waitFor();
  assert.equal(await confirm.getByText(who.address, { exact: true }).isVisible(), false, "the address is masked");
  await confirm.getByText("show", { exact: true }).tap();
  await confirm.getByText(who.address, { exact: true }).waitFor();
  await rep.look("sales-confirm");
  await page.getByRole("button", { name: "Send password reset" }).tap();
  await page.locator(".steps .done").filter({ hasText: "Handed over" }).waitFor();
  await page.locator(".steps").getByText("by Sample Sales rep").waitFor();
  await rep.look("sales-reset");

  await contact.page.goto("/dev/inbox");
  await contact.look();
  const mail = await readsMail(contact, who.address);
  await contact.look();
  assert.match(mail.replace(/\s+/g, " "), /Sample Sales rep of Sample Wholesale asked for it/);
  await contact.page.goto("/login");
  await contact.look();
  await signsIn(contact, who.account, temporaryPassword(mail));
  await isAt(contact, "/password");
  await contact.look();
  await page.getByRole("link", { name: "Back to contact" }).tap();
  await sees(rep, "Active · reset sent");
  await rep.look("sales-contact-reset-sent");
});

journey("one bar of signal: what was done without network is sent ten minutes later", ["ipad", "ipad upright", "phone"], async ({ demo, screen, come }) => {
  const who = CUSTOMERS[/** @type {keyof typeof CUSTOMERS} */ (screen)];
  const [rep, inbox] = [await come(), await come({ screen: "desktop" })];
  const { page } = rep;
  const staff = demo.staff["rep.north"];
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await isKept(rep);
  await isOffline(rep, true);
  await page.reload();
  await page.locator(".sales-top").getByText("Offline").waitFor();
  await finds(rep, who);
  await page.locator(".acting").getByText(/^As of /).waitFor();
  await rep.look("sales-offline-contact");

  await page.getByRole("link", { name: "Send password reset" }).tap();
  await sees(rep, "There is no network now");
  await rep.look("sales-offline-confirm");
  await page.getByRole("button", { name: "Send password reset" }).tap();
  await page.locator(".steps").getByText("Waiting for the network").waitFor();
  await rep.look("sales-offline-reset");
  await page.getByRole("link", { name: "Back to contact" }).tap();
  await page.getByRole("link", { name: "Edit" }).tap();
  await page.getByLabel("Telephone").fill("01632 960123");
  await page.reload();
  await sees(rep, "What you typed before is back");
  assert.equal(await page.getByLabel("Telephone").inputValue(), "01632 960123");
  await rep.look("sales-edit");
  await page.getByRole("button", { name: "Save" }).tap();
  await sees(rep, "Changes made on this device wait to be sent");
  await opens(rep, "/sales/sync");
  for (const act of ["Password reset", "Details"]) await sees(rep, new RegExp(`^${act} (for|of) ${who.person}`));
  await rep.look("sales-sync-waiting");

  await isOffline(rep, false);
  await page.getByText("Nothing waits").waitFor();
  await page.locator(".sales-top").getByText("Up to date").waitFor();
  assert.equal(await page.getByText("Done", { exact: true }).count(), 2);
  await rep.look("sales-sync-done");
  await readsMail(inbox, who.address);
});

journey("a new contact, and who one is", ["ipad", "phone"], async ({ demo, come }) => {
  const rep = await come();
  const { page } = rep;
  const staff = demo.staff["rep.north"];
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await page.getByRole("link", { name: "Bakery Row" }).tap();
  await page.getByRole("heading", { level: 1, name: "Bakery Row" }).waitFor();
  await rep.look("sales-retailer");
  await page.getByRole("link", { name: "New contact" }).tap();
  await page.getByRole("button", { name: "Enter contact" }).tap();
  await page.getByRole("alert").getByRole("link", { name: "Name is needed." }).tap();
  assert.equal(await page.getByLabel("Name", { exact: true }).evaluate((field) => field === document.activeElement), true);
  await rep.look("sales-new-contact");
  await page.getByLabel("Name", { exact: true }).fill("Toni Sample");
  await page.getByLabel("Position").fill("Buyer");
  await page.getByRole("button", { name: "Enter contact" }).tap();
  await page.getByRole("heading", { level: 1, name: "Toni Sample" }).waitFor();
  await page.waitForURL((url) => /\/sales\/contacts\/01/.test(url.pathname));
  await sees(rep, "ask the office");
  await rep.look("sales-contact-new");
  const made = new URL(page.url()).pathname;
  await page.goto(`${made}/sign-in`);
  await sees(rep, "Your role doesn’t allow this");
  await rep.look("sales-sign-in");

  await opens(rep, "/sales/me");
  await page.getByLabel("Name", { exact: true }).fill("The one with the dent");
  await page.getByRole("button", { name: "Rename" }).tap();
  await sees(rep, "Renamed");
  await rep.look("sales-me");
  await page.getByRole("button", { name: "Keys" }).tap();
  await page.getByRole("dialog").waitFor();
  await rep.look("sales-keys");
  await page.getByRole("button", { name: "Close" }).first().tap();
  await page.getByRole("button", { name: "Sign out" }).tap();
  await isAt(rep, "/sales/login");
});

journey("the switch of website access, and how someone signs in", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  const { page } = rep;
  const staff = demo.staff.owner;
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await finds(rep, CUSTOMERS.ipad);
  await page.getByRole("button", { name: "Turn access off" }).tap();
  await page.locator(".page-head").getByText("Off", { exact: true }).waitFor();
  await rep.look("sales-access-off");
  await page.getByRole("button", { name: "Undo" }).tap();
  await page.locator(".page-head").getByText("Active", { exact: true }).waitFor();
  await page.locator(".sales-top").getByText("Up to date").waitFor();
  await page.getByRole("link", { name: "Change" }).tap();
  await rep.look("sales-sign-in");
  rep.bears(/^422 .*\/sign-in$/);
  await page.getByLabel("Username").fill("10017");
  await page.getByRole("button", { name: "Save" }).tap();
  await page.getByRole("link", { name: "Decide in the sync centre" }).tap();
  await page.getByRole("link", { name: "Put it right" }).waitFor();
  await rep.look("sales-needs-you");
  await page.getByRole("link", { name: "Put it right" }).tap();
  await page.locator("#username[aria-invalid=true]").waitFor();
  await page.getByLabel("Username").fill("rowan.fox");
  await page.getByRole("button", { name: "Save" }).tap();
  await page.locator(".facts").getByText("rowan.fox").waitFor();
  await page.locator(".sales-top").getByText("Up to date").waitFor();
});

journey("by keyboard alone", ["desktop"], async ({ demo, come }) => {
  const rep = await come();
  const { page } = rep;
  const staff = demo.staff["rep.north"];
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await page.keyboard.press("/");
  await page.keyboard.type("pebble");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Pebble Beach Surf" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("owner 10017");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Sam Sample" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("heading", { level: 1, name: "Sync centre" }).waitFor();
  await rep.look("sales-sync-keyboard");
});

journey("a retailer of another territory is not found", ["ipad", "phone"], async ({ demo, come }) => {
  const [office, rep] = [await come({ screen: "desktop" }), await come()];
  const { admin, "rep.north": north } = demo.staff;
  assert.ok(admin && north);
  await office.page.goto("/portal/login");
  await office.look();
  await signsInAsStaff(office, "/portal", admin);
  await office.look();
  await office.page.goto("/portal/retailers");
  await office.page.getByRole("link", { name: "Mill Lane Books" }).click();
  await office.page.getByRole("heading", { level: 1, name: "Mill Lane Books" }).waitFor();
  await office.look();
  const retailer = new URL(office.page.url()).pathname.split("/").at(-1);
  const contact = (await office.page.locator("tr[data-href]").first().getAttribute("data-href"))?.split("/").at(-1);

  await signsInAsStaff(rep, "/sales", north);
  await rep.page.getByRole("searchbox").fill("mill lane");
  await sees(rep, "Nobody matches “mill lane”");
  await rep.look("sales-retailers-none");
  rep.bears(/^404 .*\/api\/v1\/contacts\//);
  for (const [path, words] of [
    [`/sales/retailers/${retailer}`, "This retailer is not on this device"],
    [`/sales/contacts/${contact}`, "This contact is not on this device"],
    [`/sales/contacts/${contact}/resets/new`, "This contact is not on this device"],
  ]) {
    await rep.page.goto(path);
    await sees(rep, words);
    await rep.look("sales-not-here");
  }
  for (const path of [`/api/v1/retailers/${retailer}`, `/api/v1/contacts/${contact}`]) {
    rep.bears(new RegExp(`^404 .*${path}$`));
    assert.equal(await rep.page.evaluate(async (path) => (await fetch(path)).status, path), 404);
  }
  assert.equal((await rep.page.goto("/portal/retailers"))?.status(), 404, "the portal is not for reps");
  await rep.look();
});
