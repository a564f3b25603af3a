// @ts-check
/** Impatient fingers, and the browser's own buttons: nothing happens twice. */
import assert from "node:assert/strict";
import { forgets, isAt, mails, readsMail, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

/** Mails to an address once everything asked for until now has left: a mail asked for later has come. @param {Visitor} visitor @param {string} address */
async function mailsInTheEnd(visitor, address) {
  await forgets(visitor, "10010");
  await readsMail(visitor, "charlie@stationkiosk.example");
  return mails(visitor, address);
}

journey("a double click sends one mail", ["desktop", "phone"], async ({ demo, come }) => {
  const [office, contact] = [await come(), await come()];
  await contact.page.goto("/forgot-password");
  await contact.look();
  await contact.page.getByLabel("Username").fill("alex");
  await contact.page.getByRole("button", { name: "Send temporary password" }).dblclick();
  await sees(contact, "Look into your mail");
  assert.equal(await mailsInTheEnd(contact, "alex@harbourgifts.example"), 1);
  await contact.look();

  const { page } = office;
  assert.ok(demo.staff.admin);
  await page.goto("/portal/login");
  await office.look();
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await office.look();
  await page.goto("/portal/retailers?q=10006");
  await page.locator("tbody a").click();
  await page.getByRole("heading", { name: "Contacts" }).waitFor();
  await office.look();
  await page.locator("tbody a").first().click();
  await page.getByRole("link", { name: "Send password reset" }).click();
  await office.look();
  await page.getByRole("dialog").getByRole("button", { name: "Send password reset" }).dblclick();
  await page.getByRole("heading", { name: "Where it stands" }).waitFor();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await office.look();
  const contactPage = await page.getByRole("link", { name: "Back to contact" }).getAttribute("href");
  const resetPage = page.url();

  // Back and forth, and loading anew.
  await page.goBack();
  await page.goForward();
  await page.waitForURL(resetPage);
  await page.reload();
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await page.goto(contactPage ?? "");
  await page.locator(".steps").getByText("Not used yet").waitFor();
  assert.equal(await page.getByText("Earlier resets").count(), 0, "one reset");
});

/** Forms whose answer must be a page of its own: loading it anew, or a step back and forth, posts nothing. */
const FORMS = [
  { path: "/forgot-password", field: "Username", typed: "sam.10001", button: "Send temporary password", answer: "Look into your mail" },
  { path: "/forgot-username", field: "E-mail address", typed: "sam@harbourgifts.example", button: "Send my username", answer: "Look into your mail" },
  { path: "/portal/forgot-password", field: "E-mail address", typed: "support@sample-wholesale.example", button: "Send link and code", answer: "Look into your mail" },
];

for (const form of FORMS) {
  journey(`back, forward and reload after ${form.path}`, ["desktop"], async ({ come }) => {
    const someone = await come();
    const { page } = someone;
    let posts = 0;
    page.on("request", (request) => { if (request.method() === "POST") posts += 1; });
    await page.goto("/login");
    await someone.look();
    await page.goto(form.path);
    await someone.look();
    await page.getByLabel(form.field).fill(form.typed);
    await page.getByRole("button", { name: form.button }).click();
    await sees(someone, form.answer);
    await someone.look();
    await page.reload();
    await sees(someone, form.answer);
    await page.goBack();
    await page.getByRole("button", { name: form.button }).waitFor();
    await page.goForward();
    await sees(someone, form.answer);
    assert.equal(posts, 1);
  });
}

journey("signed out in another window", ["desktop"], async ({ demo, come }) => {
  const office = await come();
  const { page } = office;
  assert.ok(demo.staff.admin);
  await page.goto("/portal/login");
  await office.look();
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await office.look();
  await page.goto("/portal/retailers");
  await office.look();
  const other = await office.context.newPage();
  await other.goto("/portal/retailers");
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.waitForURL("**/portal/login");
  await page.getByRole("link", { name: "Corner Pantry" }).click();
  await isAt(office, "/portal/login");
  // What was on the screen before is not shown from memory.
  await page.goBack();
  await isAt(office, "/portal/login");
});
