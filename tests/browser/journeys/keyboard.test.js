// @ts-check
/** Without a mouse: everything is reached, in a sensible order, and one always sees where one is. */
import assert from "node:assert/strict";
import { isAt, readsMail, sees, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";
import { settled } from "../support/visitor.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

/** What has the focus, and whether one can see that. @param {Visitor} visitor */
const focus = async ({ page }) => {
  await page.evaluate(settled);
  return page.evaluate(readFocus);
};

/** In the page. */
function readFocus() {
  const active = document.activeElement;
  if (!active || active === document.body) return { name: "", seen: true };
  const labels = active instanceof HTMLInputElement ? [...(active.labels ?? [])] : [];
  const name = active.getAttribute("aria-label") ?? (labels.length ? labels : [active]).map((part) => part.textContent?.trim()).join(" ");
  const { outlineStyle, outlineWidth } = getComputedStyle(active);
  const box = active.getBoundingClientRect();
  const onTop = document.elementFromPoint(box.x + Math.min(box.width / 2, 40), box.y + box.height / 2);
  const uncovered = !!onTop && (active.contains(onTop) || onTop.contains(active));
  return { name: name.replace(/\s+/g, " "), seen: active.matches(":focus-visible") && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && uncovered };
}

/** Presses Tab until something is reached. @param {Visitor} visitor @param {string} wanted */
async function tabsTo(visitor, wanted) {
  /** @type {string[]} */
  const passed = [];
  while (passed.length < 60) {
    await visitor.page.keyboard.press("Tab");
    const { name, seen } = await focus(visitor);
    assert.ok(!name || seen, `one sees the focus on “${name}” at ${visitor.page.url()}`);
    if (name.startsWith(wanted)) return passed;
    passed.push(name);
  }
  throw new Error(`Tab never came to “${wanted}”, but to ${passed.join(", ")}`);
}

journey("by keyboard: a forgotten password", ["desktop", "phone"], async ({ screen, come }) => {
  const alex = await come();
  const { page } = alex;
  const { keyboard } = page;
  const own = `quiet harbour lamps ${screen} 3`;
  await page.goto("/login");
  await alex.look();
  await page.locator("#username:focus").waitFor(); // One can type at once.
  await tabsTo(alex, "Forgot your password?");
  await keyboard.press("Enter");
  await isAt(alex, "/forgot-password");
  await alex.look();
  await page.locator("#username:focus").waitFor();
  await keyboard.type("alex");
  await keyboard.press("Enter");
  await sees(alex, "Look into your mail");
  await alex.look();
  const temporary = temporaryPassword(await readsMail(alex, "alex@harbourgifts.example"));
  await alex.look();

  await page.goto("/login");
  await page.locator("#username:focus").waitFor();
  await keyboard.type("alex");
  await tabsTo(alex, "Password");
  await keyboard.type(temporary);
  await tabsTo(alex, "Show");
  await keyboard.press("Space");
  await page.locator("#password[type=text]").waitFor();
  await tabsTo(alex, "Sign in");
  await keyboard.press("Enter");
  await isAt(alex, "/password");
  await page.locator("#new_password:focus").waitFor();
  await keyboard.type("short");
  await tabsTo(alex, "New password again");
  await keyboard.type("short");
  await keyboard.press("Enter");
  await page.locator("#error-summary").waitFor();
  await alex.look();
  assert.match((await focus(alex)).name, /^Please look at this again/, "the focus is where it says what is wrong");
  await tabsTo(alex, "Choose at least 8 characters");
  await keyboard.press("Enter");
  assert.equal((await focus(alex)).name, "New password", "the message leads to its field");
  await keyboard.type(own);
  await tabsTo(alex, "New password again");
  await keyboard.type(own);
  await tabsTo(alex, "Set password");
  await keyboard.press("Enter");
  await isAt(alex, "/");
  await alex.look();

  await page.reload();
  const passed = await tabsTo(alex, "Skip to the content");
  assert.deepEqual(passed, [], "the first thing Tab reaches");
  await keyboard.press("Enter");
  await tabsTo(alex, "My account");
  await keyboard.press("Enter");
  await isAt(alex, "/account");
  await alex.look();
  await tabsTo(alex, "Sign out");
  await keyboard.press("Enter");
  await isAt(alex, "/login");
  await page.goto("/dev/inbox");
  await alex.look();
});

journey("by keyboard: the portal", ["desktop"], async ({ demo, come }) => {
  const office = await come();
  const { page } = office;
  const { keyboard } = page;
  assert.ok(demo.staff.admin);
  await page.goto("/portal/login");
  await office.look();
  await signsInAsStaff(office, "/portal", demo.staff.admin);

  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await office.look("portal-keyboard-help");
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await keyboard.press("g");
  await keyboard.press("m");
  await isAt(office, "/portal/mail");
  await office.look();
  await keyboard.press("g");
  await keyboard.press("r");
  await isAt(office, "/portal/retailers");
  await office.look();
  await keyboard.press("/");
  await keyboard.type("station");
  await keyboard.press("Enter");
  await page.waitForURL("**/portal/search?q=station&go=1");
  await office.look("portal-search");
  await tabsTo(office, "Station Kiosk");
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Station Kiosk" }).waitFor();
  await office.look();
  await tabsTo(office, "Charlie Sample");
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Charlie Sample" }).waitFor();
  await tabsTo(office, "Send password reset");
  await keyboard.press("Enter");
  const confirm = page.getByRole("dialog", { name: "Send a password reset?" });
  await confirm.waitFor();
  await office.look("portal-confirm-by-keyboard");
  await tabsTo(office, "Cancel");
  await keyboard.press("Enter");
  await confirm.waitFor({ state: "detached" });
  assert.equal((await focus(office)).name, "Send password reset", "the focus comes back to where it was");
  await keyboard.press("Enter");
  await confirm.waitFor();
  await tabsTo(office, "Send password reset");
  await keyboard.press("Enter");
  await page.locator(".steps").getByText("Not used yet").waitFor();
  await office.look();
  await tabsTo(office, "Cancel this reset");
  await keyboard.press("Enter");
  await page.locator(".steps").getByText("Cancelled").waitFor();

  // Typing is not a shortcut.
  await keyboard.press("/");
  await keyboard.type("g r?");
  assert.equal(await page.locator("#top-search").inputValue(), "g r?");
  assert.equal(await page.getByRole("dialog").count(), 0);
});
