// @ts-check
/** The owner's question: who did what, and can the answer be trusted? */
import assert from "node:assert/strict";
import { sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("who did what is found in the trail, and the trail is whole", ["desktop", "phone"], async ({ demo, screen, come }) => {
  const visitor = await come();
  const { page } = visitor;
  await signsInAsStaff(visitor, "/portal", demo.staff.admin ?? assert.fail());
  if (screen === "phone") await page.locator(".phone-menu summary").click();
  await page.getByRole("link", { name: "Audit", exact: true }).filter({ visible: true }).click();
  await sees(visitor, "Everything that touched access");
  await visitor.look("portal-audit");
  await page.getByRole("combobox", { name: "What" }).selectOption("Resets and passwords");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/\/portal\/audit\?.*what=passwords/);
  await visitor.look("portal-audit-filtered");
  await page.goto("/portal/audit?who=operator&to=2020-01-01");
  await sees(visitor, "No entry matches");
  await visitor.look("portal-audit-nothing");
  await page.goto("/portal/audit/verify");
  await page.getByRole("button", { name: "Verify now" }).click();
  await sees(visitor, "Every entry follows from the one before it");
  await visitor.look("portal-audit-verify");
});
