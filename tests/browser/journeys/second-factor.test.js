// @ts-check
/** A telephone beside the password: set up, asked for, lost. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { isAt, isWrong, link, readsMail, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

/** What an authenticator app shows (RFC 6238). @param {string} secret in base32 */
function shown(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const place = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Sets an app up; gives the first recovery code. @param {import("../support/visitor.js").Visitor} visitor @param {string} password */
async function setsAppUp({ page }, password) {
  await page.goto("/portal/me/second-factor");
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const secret = (await page.locator("#secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code that the app shows now").fill(shown(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  return page.locator("#codes code").first().innerText();
}

journey("an authenticator app is set up and asked for", ["desktop", "phone"], async ({ demo, come }) => {
  const [owner, elsewhere] = [await come(), await come()];
  const { page } = owner;
  const staff = demo.staff.owner ?? assert.fail();
  await signsInAsStaff(owner, "/portal", staff);
  await page.goto("/portal/me");
  await page.getByRole("link", { name: "Set up" }).click();
  await owner.look("second-factor-none");
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  await isWrong(page.getByLabel("Your password"), "don’t fit");
  await owner.look("second-factor-wrong-password");
  await page.getByLabel("Your password").fill(staff.password);
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const secret = (await page.locator("#secret").innerText()).replaceAll(" ", "");
  await owner.look("second-factor-scan");
  await page.getByLabel("Code that the app shows now").fill(shown(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await sees(owner, "They are shown only now");
  const recovery = await page.locator("#codes code").first().innerText();
  await owner.look("second-factor-codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await isAt(owner, "/portal");
  await page.goto("/portal/me/second-factor");
  await owner.look("second-factor-app");

  const other = elsewhere.page;
  await other.goto("/portal/login");
  await other.getByLabel("E-mail address").fill(staff.email);
  await other.getByLabel("Password", { exact: true }).fill(staff.password);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await isAt(elsewhere, "/portal/second-factor");
  await elsewhere.look("second-factor-asked");
  await other.getByLabel("Code").fill("12 34 56 78");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await isWrong(other.getByLabel("Code"), "not good now");
  await elsewhere.look("second-factor-refused");
  await other.getByLabel("Code").fill(recovery);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await isAt(elsewhere, "/portal");
});

journey("a lost device is reset by link, code and password", ["desktop", "phone"], async ({ demo, come }) => {
  const [owner, person] = [await come(), await come()];
  const staff = demo.staff.admin ?? assert.fail();
  await signsInAsStaff(person, "/portal", staff);
  await setsAppUp(person, staff.password);
  await person.look();
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await owner.page.goto("/portal/staff");
  await owner.page.getByRole("link", { name: /admin/i }).first().click();
  await sees(owner, "Authenticator app");
  await owner.page.locator(".page-head summary").click();
  await owner.look("portal-staff-person-lost-device");
  await owner.page.getByRole("button", { name: "Lost device: send link and code" }).click();
  await owner.page.locator(".toast").first().waitFor();
  await owner.look("portal-staff-person-lost-device-sent");

  const { page } = person;
  const mail = await readsMail(person, "staff-reset");
  await person.look("inbox-lost-device");
  const code = mail.match(/^\d{3}[ \u00a0]?\d{3}$/m)?.[0] ?? assert.fail("the mail holds a code of six digits");
  await page.goto(link(mail, /factor-reset/));
  await person.look("portal-lost-device");
  await page.getByLabel("Code from the mail").fill(code);
  await page.getByLabel(/^Password of/).fill("not this one");
  await page.getByRole("button", { name: "Remove the second factor" }).click();
  await sees(person, "That did not work");
  await person.look("portal-lost-device-wrong");
  await page.getByLabel("Code from the mail").fill(code);
  await page.getByLabel(/^Password of/).fill(staff.password);
  await page.getByRole("button", { name: "Remove the second factor" }).click();
  await isAt(person, "/portal/login");
  await person.look("portal-lost-device-done");
  await signsInAsStaff(person, "/portal", staff);
});
