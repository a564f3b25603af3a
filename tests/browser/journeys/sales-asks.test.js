// @ts-check
/** A rep who asks the office for what their role doesn't change, and the office that answers. */
import assert from "node:assert/strict";
import { isAt, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";
import { isOffline } from "../support/rep.js";

journey("a contact made in the field gets their address from the office, and the rep is told", ["ipad", "phone"], async ({ demo, screen, come }) => {
  const rep = await come();
  const office = await come({ screen: screen === "phone" ? "phone" : "desktop" });
  const { page } = rep;
  assert.ok(demo.staff["rep.north"] && demo.staff.admin);
  await signsInAsStaff(rep, "/sales", demo.staff["rep.north"]);
  await page.getByRole("link", { name: "Bakery Row" }).tap();
  await page.getByRole("heading", { level: 1, name: "Bakery Row" }).waitFor();
  await isOffline(rep, true);
  await page.getByRole("link", { name: "New contact" }).tap();
  await page.getByLabel("Name", { exact: true }).fill("Toni Sample");
  await page.getByLabel("E-mail address").fill("toni@bakeryrow.example");
  await page.getByLabel("Username").fill("toni.bakery");
  await rep.look("sales-new-contact-asking");
  await page.getByRole("button", { name: "Enter contact" }).tap();
  await sees(rep, "Your request to the office waits to be sent: e-mail toni@bakeryrow.example, username toni.bakery, website access on.");
  await rep.look("sales-contact-asking");
  await isOffline(rep, false);
  await sees(rep, /You asked the office/);
  await page.waitForURL((url) => /\/sales\/contacts\/01/.test(url.pathname));
  await rep.look("sales-contact-asked");
  const toni = new URL(page.url()).pathname;

  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await sees(office, "A rep asks for a change");
  await office.look("portal-dashboard-asked");
  await office.page.goto("/portal/requests");
  await sees(office, "toni@bakeryrow.example");
  await office.look();
  await office.page.getByRole("main").getByRole("link", { name: "Toni Sample" }).click();
  await office.page.getByRole("heading", { name: "A rep asks for a change" }).waitFor();
  await office.look("portal-contact-asked");
  await office.page.getByRole("button", { name: "Enter it" }).click();
  await sees(office, "Entered as asked");
  assert.equal(await office.page.getByRole("heading", { name: "A rep asks for a change" }).count(), 0);
  await office.look("portal-contact-entered");
  await office.page.goto("/portal/requests");
  await sees(office, "No request waits");
  await office.look("portal-requests-none");

  await page.goto("/sales");
  await sees(rep, "Toni Sample: the office answered");
  await rep.look();
  await page.goto(toni);
  await sees(rep, "The office did what you asked for");
  await rep.look("sales-contact-entered");
  await page.getByRole("button", { name: "Noted" }).tap();
  await page.getByRole("link", { name: "Send website invitation" }).waitFor();
  await page.waitForFunction(() => !document.querySelector("#noted"));

  await page.getByRole("link", { name: "Ask the office" }).tap();
  await page.getByRole("button", { name: "Ask the office" }).tap();
  await page.getByRole("alert").getByRole("link", { name: "Nothing is different yet: say what is to be changed." }).waitFor();
  await page.getByLabel("Note to the office").fill("She prefers her second name");
  await rep.look("sales-ask");
  await page.getByRole("button", { name: "Ask the office" }).tap();
  await isAt(rep, toni);
  await sees(rep, /You asked the office .*second name/);
  await office.page.goto(toni.replace("/sales", "/portal"));
  await office.page.getByText("Turn it down").first().click();
  await office.page.getByLabel("Why").fill("Names are the rep’s to change");
  await office.look("portal-contact-declining");
  await office.page.getByRole("button", { name: "Turn it down" }).click();
  await sees(office, "Turned down");
  await page.goto(toni);
  await sees(rep, "The office turned down what you asked for");
  await sees(rep, "Names are the rep’s to change");
  await rep.look("sales-contact-declined");
});
