// @ts-check
/** Someone on the telephone with a customer who can't sign in: found, mended, helped. */
import assert from "node:assert/strict";
import { isWrong, readsMail, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

/** Signs in to the portal. @param {import("../support/journey.js").Scene} scene */
async function office({ demo, come }) {
  const visitor = await come();
  assert.ok(demo.staff.admin);
  await signsInAsStaff(visitor, "/portal", demo.staff.admin);
  return visitor;
}

journey("found and reset in a few keystrokes and two clicks", ["phone", "desktop"], async (scene) => {
  const visitor = await office(scene);
  const { page } = visitor;
  await page.keyboard.press("/");
  await page.keyboard.type("alex");
  await page.locator(".finds .list a").first().waitFor();
  await visitor.look("portal-finds");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/portal/contacts/*");
  await page.locator(".page-head .button.primary").click();
  await page.getByRole("dialog").locator(".button.primary").click();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await visitor.look("portal-reset");
});

journey("a list is filtered, kept as a view, and turned over", ["desktop", "phone"], async (scene) => {
  const visitor = await office(scene);
  const { page } = visitor;
  await page.goto("/portal/contacts");
  await visitor.look("portal-contacts");
  await page.getByRole("combobox", { name: "Website access" }).selectOption("bounced");
  await page.waitForURL("**/portal/contacts?access=bounced");
  await page.locator("#views a[aria-current]").getByText("Bounced").waitFor();
  assert.equal(await page.locator("tbody .badge").count(), await page.locator("tbody .badge").filter({ hasText: "Bounced" }).count());
  await page.getByPlaceholder("Filter by words").pressSequentially("green door");
  await page.waitForURL("**/portal/contacts?q=green+door&access=bounced");
  await page.locator("tbody tr").and(page.locator(":only-child")).waitFor();
  await visitor.look("portal-contacts-filtered");
  const views = page.locator("details").filter({ hasText: "Save this list as a view" });
  await views.locator("summary").click();
  await page.getByLabel("Save this list as a view").fill("Bounced at the Green Door");
  await visitor.look("portal-contacts-view");
  await page.getByRole("button", { name: "Save view" }).click();
  await page.locator("#views a[aria-current]").getByText("Bounced at the Green Door").waitFor();
  await page.goto("/portal/contacts");
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByRole("link", { name: "Previous" }).waitFor();
  await visitor.look("portal-contacts-second");
  await page.getByRole("link", { name: "Bounced at the Green Door" }).click();
  await views.locator("summary").click();
  await page.getByRole("button", { name: "Delete this view" }).click();
  await sees(visitor, "View deleted");
  await page.goto("/portal/contacts?sort=colour");
  await sees(visitor, "sort=colour");
  await visitor.look("portal-contacts-nonsense");
  await page.goto("/portal/search");
  await visitor.look("portal-search-empty");
});

journey("a new customer is entered, and a mistake is said beside its field", ["desktop", "phone"], async (scene) => {
  const visitor = await office(scene);
  const { page } = visitor;
  const name = `Sample Newcomer ${scene.screen}`;
  await page.goto("/portal/retailers");
  await page.getByRole("link", { name: "New retailer" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Account number", { exact: true }).fill("10001");
  await visitor.look("portal-retailer-new");
  await page.getByRole("button", { name: "Add retailer" }).click();
  await isWrong(page.getByLabel("Account number", { exact: true }), "belongs to Harbour Gifts");
  await visitor.look("portal-retailer-taken");
  await page.getByLabel("Account number", { exact: true }).fill(`N-${scene.screen}`);
  await page.getByRole("button", { name: "Add retailer" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await visitor.look("portal-retailer-empty");
  await page.getByRole("link", { name: "Edit" }).click();
  await visitor.look("portal-retailer-edit");
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Add contact" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Nora Sample");
  await page.getByLabel("E-mail address").fill(`nora.${scene.screen}@newcomer.example`);
  await page.getByRole("textbox", { name: "Username" }).fill(`nora.${scene.screen}`);
  await visitor.look("portal-contact-new");
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.getByRole("heading", { level: 1, name: "Nora Sample" }).waitFor();
  await page.locator(".needs").getByText("A website invitation was sent").waitFor();
  await visitor.look("portal-contact-needs");
});

journey("two editors of one contact", ["desktop", "phone"], async (scene) => {
  const visitor = await office(scene);
  const { page } = visitor;
  await page.goto("/portal/search?q=fern");
  await page.locator("#found a[href^='/portal/contacts/']").first().click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  const other = await visitor.context.newPage();
  await other.goto(page.url());
  await other.getByLabel("Position").fill("Night manager");
  await other.getByRole("button", { name: "Save" }).click();
  await other.waitForURL("**/portal/contacts/*");
  await other.close();
  await page.getByLabel("Telephone").fill("+44 1632 000");
  await page.getByRole("button", { name: "Save" }).click();
  await sees(visitor, "Someone was quicker");
  await sees(visitor, "Saved meanwhile: Night manager");
  await visitor.look("portal-contact-conflict");
  await page.getByLabel("Position").fill("Night manager");
  await page.getByRole("button", { name: "Save mine" }).click();
  await page.getByText("+44 1632 000").waitFor();
  await page.getByText("Night manager at").waitFor();
  await visitor.look("portal-contact-saved");
});

journey("an address is changed, and the contact moved and merged", ["desktop", "phone"], async (scene) => {
  const visitor = await office(scene);
  const { page } = visitor;
  await page.goto("/portal/search?q=Honeycomb");
  await page.locator("#found a[href^='/portal/contacts/']").first().click();
  await page.getByRole("link", { name: "Change username or address" }).click();
  await visitor.look("portal-contact-sign-in");
  const old = await page.getByLabel("E-mail address").inputValue();
  await page.getByLabel("E-mail address").fill("changed@sample.example");
  await page.getByRole("button", { name: "Save" }).click();
  await sees(visitor, /The address was changed/);
  await visitor.look("portal-contact-changed");
  const here = new URL(page.url()).pathname;
  if (old) assert.match(await readsMail(visitor, old), /goes to\s+another address/);
  await page.goto(here);
  const more = async (/** @type {string} */ name) => {
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("link", { name }).click();
  };
  await more("Move to another retailer");
  await visitor.look("portal-move");
  await page.locator("main input[type=search]").fill("tin roof");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Tin Roof Music/ }).click();
  await visitor.look("portal-move-confirm");
  await page.getByRole("button", { name: "Move to Tin Roof Music" }).click();
  await page.getByText("at Tin Roof Music").first().waitFor();
  await more("Merge with another record");
  await visitor.look("portal-merge");
  await page.locator("main .list a").first().click();
  await page.getByRole("heading", { name: /^Merge another record/ }).waitFor();
  await visitor.look("portal-merge-confirm");
  await page.getByRole("button", { name: "Merge into one record" }).click();
  await page.locator(".timeline").getByText(/merged into this one/).first().waitFor();
  await visitor.look("portal-merged");
});
