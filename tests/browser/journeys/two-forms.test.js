// @ts-check
/** Pages with several forms: sending one loses nothing that was typed in the others. */
import assert from "node:assert/strict";
import { chooses, forgets, isAt, isWrong, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

const NOT_SAVED = "Not saved yet: what you typed here is still in the fields.";

journey("a setting that is wrong or saved leaves what was typed in another", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await owner.look();
  await page.goto("/portal/settings");
  const [name, colour] = [page.getByLabel("Your name"), page.getByLabel("Your colour")];
  const before = await name.inputValue();
  await name.fill("Another Name Ltd");
  await colour.fill("none");
  await page.getByRole("button", { name: /^Save.*Your colour/ }).click();
  await isWrong(colour, /\w/);
  owner.problems = owner.problems.filter((problem) => !problem.includes("422"));
  assert.equal(await name.inputValue(), "Another Name Ltd");
  await sees(owner, NOT_SAVED);
  await owner.look("portal-settings-two-forms");
  await colour.fill("#0a5c8f");
  await page.getByRole("button", { name: /^Save.*Your colour/ }).click();
  await sees(owner, "Saved. It counts from now on");
  assert.equal(await name.inputValue(), "Another Name Ltd");
  await page.goto("/portal/settings");
  assert.equal(await name.inputValue(), before, "what was brought back and left is the page's own again");
});

journey("an address that is wrong leaves the name that was typed, and no password anywhere", ["phone"], async ({ come }) => {
  const alex = await come();
  const { page } = alex;
  await forgets(alex, "alex");
  const temporary = temporaryPassword(await readsMail(alex, "temporary password"));
  await alex.look("inbox-mail");
  await signsIn(alex, "alex", temporary);
  await isAt(alex, "/password");
  await chooses(alex, "seven green kettles 7");
  await isAt(alex, "/");
  await page.goto("/account/edit");
  await alex.look();
  const name = page.getByLabel("Name", { exact: true });
  await page.getByLabel("Current password").fill("seven green kettles 7");
  await page.getByLabel("New e-mail address").fill("alex@quay.example");
  await name.fill("");
  await name.evaluate((field) => field.removeAttribute("required"));
  await page.getByRole("button", { name: "Save name" }).click();
  await isWrong(name, /\w/);
  alex.problems = alex.problems.filter((problem) => !problem.includes("422"));
  assert.equal(await page.getByLabel("New e-mail address").inputValue(), "alex@quay.example");
  assert.equal(await page.getByLabel("Current password").inputValue(), "");
  await sees(alex, NOT_SAVED);
  assert.equal(await page.evaluate(() => JSON.stringify({ ...sessionStorage }).includes("kettles")), false);
  await alex.look("account-edit-two-forms");
});
