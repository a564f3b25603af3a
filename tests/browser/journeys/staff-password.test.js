// @ts-check
/** Staff who forgot their password: a link and a code, both needed. */
import assert from "node:assert/strict";
import { isAt, isWrong, link, readsMail, sees } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("a forgotten staff password", ["desktop", "phone"], async ({ demo, screen, come }) => {
  const person = await come();
  const { page } = person;
  const staff = demo.staff[screen === "phone" ? "support" : "admin"];
  assert.ok(staff);
  await page.goto("/portal/login");
  await person.look("portal-login");
  await page.getByLabel("E-mail address").fill(staff.email);
  await page.getByLabel("Password", { exact: true }).fill("not this one");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await sees(person, "don’t belong together");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), staff.email);
  await person.look("portal-login-refused");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await person.look("portal-forgot");
  await page.getByLabel("E-mail address").fill(staff.email);
  await page.getByRole("button", { name: "Send link and code" }).click();
  await sees(person, "Look into your mail");
  await person.look("portal-forgot-sent");

  const mail = await readsMail(person, staff.email);
  await person.look("inbox-staff");
  const digits = mail.match(/^\d{3}[ \u00a0]?\d{3}$/m)?.[0];
  assert.ok(digits, "the mail holds a code of six digits");
  await page.goto(link(mail, /\/portal\/reset\//));
  await person.look("portal-reset-choose");
  const choose = async (/** @type {string} */ code, /** @type {string} */ password) => {
    await page.getByLabel("Code from the mail").fill(code);
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password again").fill(password);
    await page.getByRole("button", { name: "Set password and sign in" }).click();
  };
  const own = "velvet hammock quarry lantern";
  await choose(digits.startsWith("0") ? "100000" : "000000", own);
  await isWrong(page.getByLabel("Code from the mail"), "That is not the code in the mail. 4 tries are left");
  await person.look("portal-reset-wrong-code");
  await choose(digits, "short");
  await isWrong(page.getByLabel("New password", { exact: true }), /at least 12/i);
  await choose(digits, "aaaaaaaaaaaaa");
  await isWrong(page.getByLabel("New password", { exact: true }), /easy to guess|first ones/);
  await person.look("portal-reset-weak");
  await choose(digits, own);
  await isAt(person, "/portal");
  await person.look("portal-dashboard");
  if (screen === "phone") await page.locator(".phone-menu summary").click();
  await page.getByRole("button", { name: "Sign out" }).filter({ visible: true }).click();
  await isAt(person, "/portal/login");
  await page.goto(link(mail, /\/portal\/reset\//));
  await isAt(person, "/portal/forgot-password");
  await sees(person, "That link was used, replaced, or has run out");
  await page.goto("/dev/inbox");
  await person.look();
});
