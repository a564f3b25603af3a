// @ts-check
/** The office sends temporary passwords and sees what becomes of them. */
import assert from "node:assert/strict";
import { chooses, found, isAt, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

/** Finds a retailer by the keyboard and opens one of its contacts. @param {Visitor} office @param {string} typed @param {string} retailer @param {string} person */
async function finds(office, typed, retailer, person) {
  const { page } = office;
  await page.keyboard.press("/");
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/portal/search" && url.searchParams.get("q") === typed);
  await office.look("portal-search");
  await found(office, retailer).click();
  await page.getByRole("heading", { level: 1, name: retailer }).waitFor();
  await office.look("portal-retailer");
  await page.getByRole("link", { name: person, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: person }).waitFor();
}

const step = (/** @type {Visitor} */ visitor, /** @type {string} */ title) => visitor.page.locator(".steps li").filter({ hasText: title });

/** Marks the page, to see later that it was not loaded anew. @param {Visitor} visitor */
const mark = ({ page }) => page.evaluate(() => { document.documentElement.dataset.same = "yes"; });
/** @param {Visitor} visitor */
const isSame = async ({ page }) => assert.equal(await page.evaluate(() => document.documentElement.dataset.same), "yes", "without a reload");

const INVITED = {
  desktop: { typed: "harbour", retailer: "Harbour Gifts", account: "Account 10001", person: "Robin Sample", username: "robin.10001", address: "robin@harbourgifts.example", masked: "r…n@harbourgifts.example" },
  phone: { typed: "10004", retailer: "Green Door", account: "Account 10004", person: "Quinn Sample", username: "quinn.10004", address: "quinn@greendoor.example", masked: "q…n@greendoor.example" },
  ipad: { typed: "riverside", retailer: "Riverside Deli", account: "Account 10008", person: "Robin Sample", username: "robin.10008", address: "robin@riversidedeli.example", masked: "r…n@riversidedeli.example" },
};

journey("an invitation, from the search to its use", ["desktop", "phone", "ipad"], async ({ demo, screen, come }) => {
  const who = INVITED[/** @type {keyof typeof INVITED} */ (screen)];
  const [office, contact] = [await come(), await come()];
  const { page } = office;
  await page.goto("/portal");
  await isAt(office, "/portal/login");
  await office.look();
  assert.ok(demo.staff.admin);
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await office.look("portal-dashboard");
  await finds(office, who.typed, who.retailer, who.person);
  await office.page.locator(".page-head .badge").filter({ hasText: "Not invited" }).waitFor();
  await office.look("portal-contact-not-invited");

  await page.getByRole("link", { name: "Send website invitation" }).click();
  const confirm = page.getByRole("dialog");
  await confirm.getByRole("heading", { name: "Send a website invitation?" }).waitFor();
  for (const text of [who.person, who.retailer, who.account, who.masked, "good for 48 hours"]) await confirm.getByText(text).first().waitFor();
  assert.equal(await confirm.getByText(who.address, { exact: true }).isVisible(), false);
  await confirm.getByText("show", { exact: true }).click();
  await confirm.getByText(who.address, { exact: true }).waitFor();
  await office.look("portal-confirm-dialog");
  await page.keyboard.press("Escape");
  await confirm.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Send website invitation" }).click();
  await confirm.getByRole("button", { name: "Send website invitation" }).click();

  await page.getByRole("heading", { level: 1, name: `Website invitation for ${who.person}` }).waitFor();
  await mark(office);
  await step(office, "Handed over").and(page.locator(".done")).waitFor();
  await step(office, "by Sample Sales admin").waitFor();
  await step(office, "Not used yet").waitFor();
  await office.look("portal-reset-handed-over");

  const mail = await readsMail(contact, who.address);
  await contact.look("inbox-invitation");
  assert.match(mail.replace(/\s+/g, " "), new RegExp(`for ${who.retailer}`));
  await signsIn(contact, who.username, temporaryPassword(mail));
  await isAt(contact, "/password");
  await contact.look();
  await chooses(contact, "an umbrella 4 rainy days");
  await isAt(contact, "/");
  await contact.look();

  await step(office, "They chose a password of their own").waitFor();
  await isSame(office);
  await office.look("portal-reset-used");
  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.locator(".page-head .badge").filter({ hasText: /^Active$/ }).waitFor();
  for (const line of ["Website invitation asked for by Sample Sales admin", "Mail with a temporary password was handed over", "Chose a password of their own"]) await page.locator(".timeline").getByText(line).waitFor();
  assert.doesNotMatch(await page.content(), new RegExp(temporaryPassword(mail)), "staff never see it (promise 1)");
  await office.look("portal-contact-active");
});

journey("a reset into a shared mailbox that stops the current password", ["desktop", "phone"], async ({ demo, screen, come }) => {
  const [office, contact] = [await come(), await come()];
  const { page } = office;
  assert.ok(demo.staff.admin);
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await finds(office, "10005", "Lighthouse Toys", "Rowan Sample");
  await office.look("portal-contact-shared");

  // Until now their own password works.
  const own = `wooden trains ${screen} 55`;
  await page.goto(`${new URL(page.url()).pathname}/resets/new`);
  await sees(office, "2 other contacts use the same address");
  await sees(office, "Their own password keeps working until then");
  await office.look("portal-confirm-shared");
  await page.getByRole("button", { name: "Send password reset" }).click();
  await step(office, "Not used yet").waitFor();
  await signsIn(contact, "10005", temporaryPassword(await readsMail(contact, "orders@lighthousetoys.example")));
  await isAt(contact, "/password");
  await contact.look();
  await chooses(contact, own);
  await isAt(contact, "/");
  await contact.look();

  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.getByRole("link", { name: "Send password reset" }).click();
  const confirm = page.getByRole("dialog");
  await confirm.getByText(/^One was asked for/).waitFor();
  await confirm.getByLabel("Stop the current password now and sign out everywhere").check();
  await office.look("portal-confirm-stop");
  await confirm.getByRole("button", { name: "Send password reset" }).click();
  await step(office, "the current password was stopped").waitFor();
  await step(office, "Not used yet").waitFor();
  await contact.page.getByRole("link", { name: "My account" }).first().click();
  await isAt(contact, "/login");
  await contact.look();
  await signsIn(contact, "10005", own);
  await sees(contact, "don’t belong together");
  const mail = await readsMail(contact, "previous password has stopped working");
  assert.match(mail.replace(/\s+/g, " "), /This mail is for Rowan Sample at Lighthouse Toys only/);
  await page.getByRole("link", { name: "Back to contact" }).click();
  await sees(office, "Stopped · reset sent");
  await office.look("portal-contact-stopped");
  await signsIn(contact, "10005", temporaryPassword(mail));
  await isAt(contact, "/password");
  await chooses(contact, `${own} again`);
  await isAt(contact, "/");
});

journey("a reset that is called back, and access switched off and on", ["desktop"], async ({ demo, come }) => {
  const [office, contact] = [await come(), await come()];
  const { page } = office;
  assert.ok(demo.staff.admin);
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await finds(office, "10001", "Harbour Gifts", "Sam Sample");
  await page.getByRole("link", { name: "Send password reset" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send password reset" }).click();
  await step(office, "Not used yet").waitFor();
  const temporary = temporaryPassword(await readsMail(contact, "sam@harbourgifts.example"));
  await contact.look();
  await page.getByRole("button", { name: "Cancel this reset" }).click();
  await step(office, "Cancelled").waitFor();
  await office.look("portal-reset-cancelled");
  await signsIn(contact, "sam.10001", temporary);
  await sees(contact, "don’t belong together");
  await contact.look();

  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.getByRole("link", { name: "Send password reset" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send password reset" }).click();
  await step(office, "Not used yet").waitFor();
  await signsIn(contact, "sam.10001", temporaryPassword(await readsMail(contact, "sam@harbourgifts.example", 1)));
  await isAt(contact, "/password");
  await contact.look();
  await chooses(contact, "eleven tin soldiers 11");
  await isAt(contact, "/");
  await contact.look();
  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.getByRole("button", { name: "Turn access off" }).click();
  await page.locator(".page-head .badge").filter({ hasText: /^Off$/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Send password reset" }).count(), 0);
  await office.look("portal-contact-off");
  await contact.page.getByRole("link", { name: "My account" }).first().click();
  await isAt(contact, "/login");
  await page.getByRole("button", { name: "Turn access on" }).click();
  await page.locator(".page-head .badge").filter({ hasText: /^Active$/ }).waitFor();
  await signsIn(contact, "sam.10001", "eleven tin soldiers 11");
  await isAt(contact, "/");
});

journey("every state a contact can be in", ["desktop", "phone"], async ({ demo, come }) => {
  const office = await come();
  const { page } = office;
  assert.ok(demo.staff.support);
  await signsInAsStaff(office, "/portal", demo.staff.support);
  await office.look("portal-dashboard-support");
  const seen = new Set();
  for (const retailer of ["Mill Lane Books", "Corner Pantry", "Green Door", "Copper Kettle"]) {
    await page.goto(`/portal/retailers?q=${encodeURIComponent(retailer)}`);
    await office.look("portal-retailers");
    await page.getByRole("link", { name: retailer, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: retailer }).waitFor();
    await office.look(`portal-retailer-${retailer}`);
    const people = page.locator("tr[data-href]");
    for (const path of await people.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-href") ?? ""))) {
      await page.goto(path);
      const badge = (await page.locator(".page-head .badge").innerText()).trim();
      if (seen.has(badge)) continue;
      seen.add(badge);
      await office.look(`portal-contact-${badge}`);
      await page.goto(`${path}/resets/new`);
      await office.look(`portal-confirm-${badge}`);
    }
  }
  const words = [...seen].join(", ");
  for (const word of ["Active", "Not invited", "Invited · 3", "Active · reset sent", "Invitation expired", "Inactive", "Missing e-mail", "Missing username", "Bounced"]) assert.ok(words.includes(word), `${word} is among ${words}`);
  await page.goto("/portal/retailers?q=nobody+at+all");
  await sees(office, "No retailer matches");
  await sees(office, "Nothing is “nobody at all”");
  await office.look("portal-retailers-none");
  await page.goto("/portal/mail");
  await office.look("portal-mail");
  if (office.screen === "phone") {
    await page.locator(".phone-menu summary").click();
    await office.look("portal-menu");
    await page.locator(".phone-menu").getByRole("button", { name: "Sign out" }).click();
  } else {
    await page.getByRole("button", { name: "Sign out" }).click();
  }
  await isAt(office, "/portal/login");
  await sees(office, "You are signed out");
  await office.look("portal-login-signed-out");
});
