// @ts-check
/** What is grave asks who is there when five minutes have passed; what was typed is kept. */
import assert from "node:assert/strict";
import { isWrong, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("a form that comes after five minutes is kept until it is confirmed", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  const staff = demo.staff.owner ?? assert.fail();
  await signsInAsStaff(owner, "/portal", staff);
  await page.goto("/portal/roles");
  await owner.look();
  await page.getByRole("link", { name: "Support", exact: true }).click();
  await owner.look();
  await page.getByRole("link", { name: "Copy" }).click();
  await owner.look();
  await page.getByLabel("Name", { exact: true }).fill("Evening desk");
  demo.fiveMinutesPass?.();
  await page.getByRole("button", { name: "Make role" }).click();
  await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
  await owner.look("portal-confirm-form");
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Confirm" }).click();
  await isWrong(page.getByLabel("Your password"), /./);
  await owner.look("portal-confirm-wrong");
  await page.getByLabel("Your password").fill(staff.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await sees(owner, "Role made");
  await page.getByRole("heading", { name: "Evening desk" }).waitFor();
  await owner.look();
  demo.fiveMinutesPass?.();
  await page.goto("/portal/staff/new");
  await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
  await owner.look("portal-confirm");
  await page.getByLabel("Your password").fill(staff.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL("**/portal/staff/new");
  await owner.look();
});
