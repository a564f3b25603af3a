// @ts-check
/** Whoever rolls the website out to all customers, and what else is done to many at once. */
import assert from "node:assert/strict";
import { sees, signsInAsStaff, until } from "../support/acts.js";
import { startHouse } from "../support/house.js";
import { journey, journeyAt } from "../support/journey.js";

const CONTACTS = 500;
/** Mails that a node hands over at the same time: one for each worker, and those that wait for a slow mail server. */
const IN_FLIGHT = 4 + 32;

/** What browsers say of a page that asks a server that was killed just now. */
const KILLED = /net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH)/;

journeyAt(() => startHouse(CONTACTS), "rolled out to 500 contacts, paused, killed in the middle, and nobody mailed twice", ["desktop"], async ({ demo: house, come }) => {
  const visitor = await come();
  const { page } = visitor;
  await signsInAsStaff(visitor, "/portal", house.staff.owner ?? assert.fail());
  await page.getByRole("link", { name: "Invitations" }).first().click();
  await sees(visitor, "No run yet");
  await visitor.look("portal-invitations-empty");
  await page.getByRole("link", { name: "Invite everyone not invited yet" }).click();
  await sees(visitor, "500 will be reached");
  await page.getByLabel("Mails a minute").fill("0");
  await page.getByRole("button", { name: "Invite 500 contacts" }).click();
  await sees(visitor, "Give a whole number from 1 to 600.");
  await visitor.look("portal-runs-new-wrong");
  // Slow enough that it does not end by itself while pages are looked at.
  await page.getByLabel("Mails a minute").fill("300");
  await page.getByLabel("To one mail domain").fill("300");
  await page.getByRole("button", { name: "Invite 500 contacts" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.locator("#lines").getByText("Handed over").first().waitFor();
  await visitor.look("portal-run-running");
  await until(() => house.received.length >= 100);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await sees(visitor, /\d+ of 500 so far/);
  await visitor.look("portal-run-paused");
  const settled = Number(await page.locator("progress").getAttribute("value"));
  await until(() => house.received.length === settled);
  await page.goto("/portal");
  await sees(visitor, "1 run is paused");
  await visitor.look("portal-paused");
  await page.getByRole("link", { name: "Send website invitation" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await until(() => house.received.length >= 250);
  await visitor.allows(KILLED, async () => {
    await house.kill();
    const before = house.received.length;
    assert.ok(before < CONTACTS);
    await house.serve();
    await page.reload();
  });
  await page.locator(`progress[value="${CONTACTS}"]`).waitFor({ timeout: 180_000 });
  await sees(visitor, "All 500 have had their turn");
  const unsure = await until(async () => {
    await page.goto(`${page.url().split("?")[0]}?show=problems`);
    const open = await page.locator(".counts").getByText(/Waiting|Put off/).count();
    return open === 0 && { lines: await page.locator("#lines tbody tr").count() };
  });
  assert.equal(new Set(house.received).size, house.received.length, "nobody was mailed twice");
  assert.ok(unsure.lines <= IN_FLIGHT, `${unsure.lines} may have arrived: no more than were handed over at once`);
  assert.ok(house.received.length >= CONTACTS - unsure.lines, `${house.received.length} mails`);
  await visitor.look("portal-run-done");
  await page.goto("/portal/invitations");
  await sees(visitor, "Invite 500 contacts to the website");
  await visitor.look("portal-invitations");
});

journey("those ticked in a list, and all that match, with what will happen shown before", ["desktop", "phone"], async ({ demo, come }) => {
  const visitor = await come();
  const { page } = visitor;
  await signsInAsStaff(visitor, "/portal", demo.staff.admin ?? assert.fail());
  await page.goto("/portal/contacts");
  const ticks = page.locator("tbody .tick input");
  await ticks.nth(0).check();
  await ticks.nth(1).check();
  const whom = page.getByRole("combobox", { name: "for" });
  assert.match(await whom.innerText(), /the 2 ticked/);
  await visitor.look("portal-contacts-ticked");
  await page.getByLabel("Tick every row of this page").check();
  assert.match(await whom.innerText(), /the 50 ticked/);
  await page.getByLabel("Tick every row of this page").uncheck();
  assert.match(await whom.innerText(), /those ticked/);
  await page.getByRole("button", { name: "Preview" }).click();
  await sees(visitor, "Nobody is ticked");
  await visitor.look("portal-runs-new-nobody");
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.getByPlaceholder("Filter by words").fill("market");
  await page.waitForURL("**/portal/contacts?q=market");
  await page.getByRole("combobox", { name: "What to do" }).selectOption("Turn website access off");
  await whom.selectOption({ value: "all" });
  await page.getByRole("button", { name: "Preview" }).click();
  await sees(visitor, "Nothing has happened yet");
  await page.locator("details.reason summary").first().click();
  await visitor.look("portal-runs-new");
  await page.getByRole("button", { name: "Turn website access off for" }).click();
  await sees(visitor, /All \d+ have had their turn/);
  await page.getByRole("link", { name: "Left out" }).click();
  await sees(visitor, "Already so; nothing to change");
  await visitor.look("portal-run-left-out");
  await page.goto("/portal/retailers");
  await page.locator("tbody .tick input").first().check();
  await page.getByRole("combobox", { name: "What to do" }).selectOption("Assign territory");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("combobox", { name: "Into which territory" }).selectOption("South");
  await page.getByRole("button", { name: "Show who moves" }).click();
  await visitor.look("portal-runs-new-territory");
});
