// @ts-check
/** The portal on the narrowest phone: `look` says what scrolls sideways or stands off its place. */
import assert from "node:assert/strict";
import { signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

const PAGES = ["", "/retailers", "/contacts", "/imports", "/invitations", "/mail", "/staff", "/roles", "/territories", "/audit", "/settings", "/settings/mails", "/me"];

journey("every list fits, and the menu keeps its words within", ["phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.setViewportSize({ width: 320, height: 700 });
  for (const path of PAGES) {
    await page.goto(`/portal${path}`);
    await owner.look(`narrow${path}`);
  }
  await page.goto("/portal");
  await page.locator(".phone-menu > summary").click();
  const name = page.locator(".phone-menu .menu-items > a");
  await name.evaluate((link) => link.append(" of a long title", "-and-a-name-without-any-place-to-break-it"));
  await owner.look("narrow-menu");
  const sticks = await page.locator(".phone-menu .menu-items").evaluate((menu) => {
    const inside = menu.getBoundingClientRect().right;
    return [...menu.querySelectorAll("*")].filter((part) => part.getBoundingClientRect().right > inside).map((part) => part.outerHTML);
  });
  assert.deepEqual(sticks, [], "highlight, rule and name");
  assert.ok(await page.locator(".phone-menu .menu-items").evaluate((menu) => menu.scrollWidth <= menu.clientWidth));
});
