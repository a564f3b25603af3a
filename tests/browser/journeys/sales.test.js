// @ts-check
/** A rep with an iPad, in both ways of holding it, with a network and without. */
import assert from "node:assert/strict";
import { isAt, mails, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";
import { isKilled, isOffline, until } from "../support/rep.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

const CUSTOMERS = {
  ipad: { typed: "little", retailer: "Little Fox", account: "10013", person: "Rowan Sample", address: "rowan@littlefox.example" },
  "ipad upright": { typed: "10017", retailer: "Pebble Beach Surf", account: "10017", person: "Sam Sample", address: "sam@pebblebeachsurf.example" },
};

/** @param {string} screen */
const customerFor = (screen) => CUSTOMERS[/** @type {keyof typeof CUSTOMERS} */ (screen)];

/** Comes in and waits until the retailers are there. @param {Visitor} rep @param {import("../support/demo.js").Staff | undefined} staff */
async function comesIn(rep, staff) {
  assert.ok(staff);
  await signsInAsStaff(rep, "/sales", staff);
  await rep.page.locator(".pane-list .list a").first().waitFor();
  await rep.page.locator(".sync-state").getByText("Up to date").waitFor();
  await rep.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Finds a person by what is typed. @param {Visitor} rep @param {typeof CUSTOMERS["ipad"]} who */
async function finds({ page }, who) {
  await page.getByRole("searchbox").fill(who.typed);
  await page.locator(".pane-list").getByRole("link", { name: who.retailer }).first().tap();
  await page.getByRole("heading", { level: 1, name: who.retailer }).waitFor();
  await page.locator(".acting").getByText(who.retailer).waitFor();
}

journey("a reset in the field", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const who = customerFor(screen);
  const [rep, contact] = [await come(), await come({ screen: "phone" })];
  const { page } = rep;
  rep.bears(/^401 \S+\/(api\/v1\/(me|tokens)|sales\/device)$/);
  await page.goto("/sales");
  await isAt(rep, "/sales/login");
  await rep.look();
  await comesIn(rep, demo.staff["rep.north"]);
  await sees(rep, "Harbour Gifts");
  assert.equal(await page.getByText("Mill Lane Books").count(), 0, "only the retailers of the own territory");
  await rep.look("sales-retailers");

  await finds(rep, who);
  await rep.look("sales-retailer");
  await page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  await page.getByRole("heading", { level: 1, name: who.person }).waitFor();
  await page.locator(".acting").getByText(who.person).waitFor();
  await rep.look("sales-contact");

  await page.getByRole("link", { name: "Send password reset" }).tap();
  const confirm = page.locator(".confirm");
  for (const text of [who.person, who.retailer, `Account ${who.account}`]) await confirm.getByText(text).first().waitFor();
  assert.equal(await confirm.getByText(who.address).isVisible(), false, "promise 11: the address is masked");
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

journey("the network is cut, the app is killed, and it all arrives when the network is back", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const who = customerFor(screen);
  const [rep, inbox] = [await come(), await come({ screen: "desktop" })];
  await comesIn(rep, demo.staff["rep.north"]);
  await isOffline(rep, true);
  await isKilled(rep);
  await rep.page.goto("/sales");
  await rep.page.locator(".acting").getByText(/As of/).waitFor();
  await rep.look("sales-offline");
  await finds(rep, who);
  await rep.page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  await rep.page.getByRole("link", { name: "Send password reset" }).tap();
  await sees(rep, /There is no network now/);
  await rep.look("sales-offline-confirm");
  await rep.page.getByRole("button", { name: "Send password reset" }).tap();
  await sees(rep, "Waiting for the network");
  await rep.look("sales-offline-reset");
  await rep.page.locator(".sync-state").getByText("1 waiting").tap();
  await sees(rep, `Password reset for ${who.person}, ${who.retailer}`);
  await rep.look("sales-sync-waiting");
  await rep.page.getByRole("link", { name: "Me" }).tap();
  await rep.page.getByRole("button", { name: "Sign out" }).tap();
  await sees(rep, "One act waits to be sent");
  await rep.look("sales-sign-out-warns");
  await rep.page.getByRole("button", { name: "Stay signed in" }).tap();

  await isKilled(rep);
  await isOffline(rep, false);
  await rep.page.goto("/sales/sync");
  await rep.page.locator(".list").getByText(`Password reset for ${who.person}, ${who.retailer}`).waitFor();
  await sees(rep, "Nothing waits");
  await rep.look("sales-sync-done");
  await readsMail(inbox, who.address);
  await inbox.look();
  assert.equal(await mails(inbox, who.address), 1, "once");
});

/** In the page: whether what was typed is in the database. */
const DRAFT_IS_KEPT = `new Promise((done) => {
  const opening = indexedDB.open("tradepost-sales");
  opening.onsuccess = () => {
    const asking = opening.result.transaction("meta").objectStore("meta").get("draft-" + location.pathname);
    asking.onsuccess = () => {
      opening.result.close();
      done(asking.result?.values.phone === "01632 960077");
    };
  };
})`;

journey("a contact is entered and changed without network, and nothing typed is lost", ["ipad", "phone"], async ({ demo, come }) => {
  const rep = await come();
  const { page } = rep;
  await comesIn(rep, demo.staff["rep.north"]);
  await finds(rep, CUSTOMERS.ipad);
  await isOffline(rep, true);
  await page.getByRole("link", { name: "New contact" }).tap();
  await page.getByRole("button", { name: "Enter contact" }).tap();
  await page.locator("#name[aria-invalid=true]").waitFor();
  await rep.look("sales-new-contact-error");
  await page.getByLabel("Name").fill("Toni Sample");
  await page.getByLabel("Telephone").fill("01632 960077");
  await until(rep, DRAFT_IS_KEPT);
  const address = new URL(page.url()).pathname;
  await isKilled(rep);
  await rep.page.goto(address);
  await sees(rep, "What you typed before is back");
  assert.equal(await rep.page.getByLabel("Telephone").inputValue(), "01632 960077");
  await rep.look("sales-new-contact-back");
  await rep.page.getByRole("button", { name: "Enter contact" }).tap();
  await rep.page.getByRole("heading", { level: 1, name: "Toni Sample" }).waitFor();
  await sees(rep, "Entered on this device");
  await rep.look("sales-contact-made-here");
  await rep.page.getByRole("link", { name: "Edit" }).tap();
  await rep.page.getByLabel("Position").fill("Buyer");
  await rep.page.getByRole("button", { name: "Save" }).tap();
  await rep.page.locator(".facts").getByText("Buyer").waitFor();
  await isOffline(rep, false);
  await rep.page.waitForFunction(() => !document.querySelector(".pane-detail .notice"));
  await rep.page.locator(".sync-state").getByText("Up to date").waitFor();
  await rep.look("sales-contact-arrived");
});

journey("someone else was quicker: both versions are shown, and one is chosen", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const who = customerFor(screen);
  const [rep, office] = [await come(), await come({ screen: "desktop" })];
  rep.bears(/^412 /);
  await comesIn(rep, demo.staff["rep.north"]);
  await finds(rep, who);
  await rep.page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  await rep.page.getByRole("heading", { level: 1, name: who.person }).waitFor();
  const contact = new URL(rep.page.url()).pathname.split("/").at(-1);
  await isOffline(rep, true);
  await rep.page.getByRole("link", { name: "Edit" }).tap();
  await rep.page.getByLabel("Position").fill("Night shift");
  await rep.page.getByRole("button", { name: "Save" }).tap();
  await sees(rep, "Changes made on this device wait to be sent");

  const { admin } = demo.staff;
  assert.ok(admin);
  await signsInAsStaff(office, "/portal", admin);
  await office.look();
  await office.page.goto(`/portal/contacts/${contact}/edit`);
  await office.look();
  await office.page.getByLabel("Position").fill("Day shift");
  await office.page.getByRole("button", { name: "Save" }).click();
  await isAt(office, `/portal/contacts/${contact}`);
  await office.look();

  await isOffline(rep, false);
  await rep.page.locator(".sync-state").getByText("1 needs you").tap();
  await rep.page.getByRole("cell", { name: "Night shift" }).waitFor();
  await rep.page.getByRole("cell", { name: "Day shift" }).waitFor();
  await rep.look("sales-sync-decide");
  await rep.page.getByRole("button", { name: "Save mine" }).tap();
  await rep.page.locator(".list").getByText(`Details of ${who.person}, ${who.retailer}`).waitFor();
  await office.page.reload();
  await sees(office, "Night shift");
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

  await comesIn(rep, north);
  await rep.look("sales-retailers");
  await rep.page.getByRole("searchbox").fill("mill lane");
  await sees(rep, "Nobody matches “mill lane”");
  await rep.look("sales-retailers-none");
  rep.bears(/^404 /);
  for (const path of [`/sales/retailers/${retailer}`, `/sales/contacts/${contact}`, `/sales/contacts/${contact}/resets/new`]) {
    await rep.page.goto(path);
    await sees(rep, /is not on this device/);
    await rep.look("sales-not-found");
  }
  for (const path of [`/api/v1/retailers/${retailer}`, `/api/v1/contacts/${contact}`, `/api/v1/contacts/${contact}/resets`]) {
    assert.equal((await rep.page.request.get(path)).status(), 404, path);
  }
  assert.equal((await rep.page.goto("/portal/retailers"))?.status(), 404, "the portal is not for reps");
});

journey("one's devices: a name, revoking another, and signing out", ["ipad", "phone"], async ({ demo, come }) => {
  const [rep, lost] = [await come(), await come()];
  await comesIn(rep, demo.staff["rep.north"]);
  await comesIn(lost, demo.staff["rep.north"]);
  await rep.page.getByRole("link", { name: "Me" }).tap();
  await rep.page.getByLabel("Name").fill("Shop iPad");
  await rep.page.getByRole("button", { name: "Rename" }).tap();
  await sees(rep, "Renamed");
  await rep.page.getByRole("heading", { name: "Your other devices" }).waitFor();
  await rep.look("sales-me");
  await rep.page.getByRole("button", { name: "Revoke" }).first().tap();
  await sees(rep, /^Revoked:/);
  lost.bears(/^401 /);
  await lost.page.getByRole("link", { name: /open the sync centre/ }).tap();
  await lost.page.getByRole("button", { name: "Look now" }).tap();
  await sees(lost, "This device was signed out");
  await lost.look("sales-revoked");
  assert.equal(await lost.page.locator(".pane-list .list a").count(), 0, "nothing of a customer is left");
  await rep.page.getByRole("button", { name: "Sign out" }).tap();
  await isAt(rep, "/sales/login");
  await rep.look();
});
