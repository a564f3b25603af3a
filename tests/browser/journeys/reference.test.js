// @ts-check
/** A programmer's first minute: how do I sign in, what can I ask, what does this problem mean? */
import assert from "node:assert/strict";
import { sees } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("the API is explained, down to each problem, by one page", ["desktop", "phone"], async ({ come }) => {
  const visitor = await come();
  const { page } = visitor;
  await page.goto("/api/docs");
  await sees(visitor, "Staff sign in once on each device");
  await visitor.look("api-docs");
  await page.getByRole("link", { name: "GET /api/v1/contacts", exact: true }).click();
  await page.locator("#get-contacts").getByRole("link", { name: "Feed of Contact" }).click();
  assert.ok(await page.locator("#shape-feed-of-contact").isVisible());
  await page.goto("/problems/cursor-expired");
  assert.equal(new URL(page.url()).hash, "#problem-cursor-expired");
  assert.ok(await page.locator("#problem-cursor-expired").isVisible());
});
