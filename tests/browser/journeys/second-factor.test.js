// @ts-check
/** A telephone beside the password: set up, asked for, lost. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { isAt, isWrong, sees, signsInAsStaff } from "../support/acts.js";
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
