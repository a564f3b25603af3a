// @ts-check
/** A rep with an iPad, in both ways of holding it. */
import assert from "node:assert/strict";
import { isAt, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

const CUSTOMERS = {
  ipad: { typed: "little", retailer: "Little Fox", account: "10013", person: "Rowan Sample", address: "rowan@littlefox.example" },
  "ipad upright": { typed: "10017", retailer: "Pebble Beach Surf", account: "10017", person: "Sam Sample", address: "sam@pebblebeachsurf.example" },
};

journey("a reset in the field", ["ipad", "ipad upright"], async ({ demo, screen, come }) => {
  const who = CUSTOMERS[/** @type {keyof typeof CUSTOMERS} */ (screen)];
  const [rep, contact] = [await come(), await come({ screen: "phone" })];
  const { page } = rep;
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
  await page.getByRole("searchbox").press("Enter");
  await page.getByRole("link", { name: who.retailer }).tap();
  await page.getByRole("heading", { level: 1, name: who.retailer }).waitFor();
  await page.locator(".acting").getByText(who.retailer).waitFor();
  await rep.look("sales-retailer");
  await page.getByRole("link", { name: who.person }).tap();
  await page.getByRole("heading", { level: 1, name: who.person }).waitFor();
  await page.locator(".acting").getByText(who.person).waitFor();
  await rep.look("sales-contact");

  await page.getByRole("link", { name: "Send password reset" }).tap();
  const confirm = page.getByRole("dialog");
  for (const text of [who.person, who.retailer, `Account ${who.account}`]) await confirm.getByText(text).first().waitFor();
  await rep.look("sales-confirm-dialog");
  await confirm.getByRole("button", { name: "Send password reset" }).tap();
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
  await rep.look("sales-retailers");
  await rep.page.getByRole("searchbox").fill("mill lane");
  await rep.page.getByRole("searchbox").press("Enter");
  await sees(rep, "No retailer matches “mill lane”");
  await rep.look("sales-retailers-none");
  for (const path of [`/sales/retailers/${retailer}`, `/sales/contacts/${contact}`, `/sales/contacts/${contact}/resets/new`]) {
    const response = await rep.page.goto(path);
    assert.equal(response?.status(), 404);
    await sees(rep, "There is nothing here");
    await rep.look("sales-not-found");
  }
  assert.equal((await rep.page.goto("/portal/retailers"))?.status(), 404, "the portal is not for reps");
});
