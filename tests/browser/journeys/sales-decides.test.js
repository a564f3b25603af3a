// @ts-check
/** What needs a person, what was typed when the app was killed, and one's devices. */
import assert from "node:assert/strict";
import { isAt, sees, signsInAsStaff } from "../support/acts.js";
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
  await page.getByLabel("Name", { exact: true }).fill("Toni Sample");
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

journey("changing how somebody signs in asks who is there when five minutes have passed", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const rep = await come();
  const { page } = rep;
  const staff = demo.staff.owner ?? assert.fail();
  await comesIn(rep, staff);
  const who = customerFor(screen);
  await finds(rep, who);
  await page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  demo.fiveMinutesPass?.();
  rep.bears(/^403 .*\/sign-in$/);
  rep.bears(/^422 .*\/proof$/);
  await page.getByRole("link", { name: "Change" }).first().tap();
  await page.getByLabel("Username").fill("another.name");
  await page.getByRole("button", { name: "Save" }).tap();
  await page.getByRole("link", { name: "Decide in the sync centre" }).first().tap();
  await sees(rep, "needs your password");
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Send it" }).tap();
  await sees(rep, "That is not your password");
  await rep.look("sales-proof");
  await page.getByLabel("Your password").fill(staff.password);
  await page.getByRole("button", { name: "Send it" }).tap();
  await page.locator(".sync-state").getByText("Up to date").waitFor();
  // Held upright, the sync centre has the screen to itself.
  await page.goto(new URL("/sales", page.url()).href);
  await finds(rep, who);
  await page.locator(".pane-detail").getByRole("link", { name: who.person }).tap();
  await page.locator(".facts").getByText("another.name").waitFor();
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
  await rep.look("sales-me-revoking");
  await rep.page.getByRole("button", { name: "Revoke this device" }).tap();
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
