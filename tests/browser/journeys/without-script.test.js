// @ts-check
/** Everything works without JavaScript, but for what moves by itself. */
import assert from "node:assert/strict";
import { chooses, found, isAt, isWrong, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("without script: a forgotten password", ["phone", "desktop"], async ({ screen, come }) => {
  const alex = await come({ script: false });
  const { page } = alex;
  const own = `nine slow boats ${screen} 9`;
  await page.goto("/");
  await alex.look("login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await alex.look("forgot-password");
  await page.getByLabel("Username").fill("alex");
  await page.getByRole("button", { name: "Send temporary password" }).click();
  await sees(alex, "Look into your mail");
  await alex.look("forgot-password-sent");
  const temporary = temporaryPassword(await readsMail(alex, "alex@harbourgifts.example"));
  await alex.look("inbox-mail");
  await page.goto("/dev/inbox");
  await alex.look("inbox");

  await signsIn(alex, "alex", temporary);
  await isAt(alex, "/password");
  assert.equal(await page.getByRole("button", { name: "Show" }).count(), 0, "no button that does nothing");
  for (const rule of ["At least 8 characters", "At least one letter", "At least one digit"]) await sees(alex, rule);
  await alex.look("password-must");
  await page.goto("/account");
  await isAt(alex, "/password");
  await chooses(alex, own, "something else");
  await isWrong(page.getByLabel("New password again"), "The two passwords differ");
  await alex.look("password-differs");
  await chooses(alex, "short");
  await isWrong(page.getByLabel("New password", { exact: true }), "Choose at least 8 characters");
  await chooses(alex, temporary);
  await isWrong(page.getByLabel("New password", { exact: true }), "That is the temporary password");
  await chooses(alex, own);
  await isAt(alex, "/");
  await sees(alex, "Your new password is set");
  await sees(alex, "Hello, Alex Sample");
  await alex.look("home");
  await page.getByRole("button", { name: "Sign out" }).click();
  await sees(alex, "You are signed out");
  await signsIn(alex, "alex", own);
  await isAt(alex, "/");
  await page.getByRole("link", { name: "My account" }).first().click();
  await sees(alex, "You chose a new password");
  await alex.look("account");
});

journey("without script: an invitation from the portal", ["desktop", "phone"], async ({ demo, come }) => {
  const [office, contact] = [await come({ script: false }), await come({ script: false })];
  const { page } = office;
  const who = { retailer: "Harbour Gifts", person: "Robin Sample", username: "robin.10001", address: "robin@harbourgifts.example" };
  assert.ok(demo.staff.admin);
  await page.goto("/portal/login");
  await office.look("portal-login");
  await signsInAsStaff(office, "/portal", demo.staff.admin);
  await office.look("portal-dashboard");
  await page.getByRole("searchbox").first().fill(who.retailer);
  await page.getByRole("searchbox").first().press("Enter");
  await office.look("portal-search");
  await found(office, who.retailer).click();
  await office.look("portal-retailer");
  await page.getByRole("link", { name: who.person, exact: true }).click();
  await office.look("portal-contact");
  await page.getByRole("link", { name: "Send website invitation" }).click();
  await page.getByRole("heading", { name: "Send a website invitation?" }).waitFor();
  await page.getByText("show", { exact: true }).click();
  await page.getByText(who.address, { exact: true }).waitFor();
  await office.look("portal-confirm");
  await page.getByRole("button", { name: "Send website invitation" }).click();
  await page.getByRole("heading", { level: 1, name: `Website invitation for ${who.person}` }).waitFor();
  const refreshUntil = async (/** @type {string} */ text) => {
    while (!(await page.locator(".steps").getByText(text).count())) await page.getByRole("link", { name: "Refresh" }).click();
  };
  await refreshUntil("Not used yet");
  await office.look("portal-reset");

  await signsIn(contact, who.username, temporaryPassword(await readsMail(contact, who.address)));
  await isAt(contact, "/password");
  await chooses(contact, "twelve blue plates 12");
  await isAt(contact, "/");
  await refreshUntil("They chose a password of their own");
  await office.look("portal-reset-used");
  await page.getByRole("link", { name: "Back to contact" }).click();
  await page.locator(".page-head .badge").filter({ hasText: /^Active$/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Send website invitation" }).count(), 0);
});
