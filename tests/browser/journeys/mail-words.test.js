// @ts-check
/** The office words its mails: as one writes a letter, and for experts as HTML. */
import assert from "node:assert/strict";
import { forgets, isWrong, readsMail, sees, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("a mail is worded with paragraphs and fields, tried, sent and taken back", ["desktop", "phone"], async ({ demo, come }) => {
  const [owner, alex] = [await come(), await come()];
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.goto("/portal/settings/mails");
  await owner.look("portal-mails-words");
  await page.getByRole("link", { name: "Password reset (English)" }).click();
  const opening = page.getByLabel("Before the temporary password");
  assert.match(await opening.inputValue(), /^Hello \{contact\},/);
  assert.ok(!(await page.locator("#words").innerText()).includes("{{"), "no template is shown");
  await owner.look("portal-mail-words");

  // A field goes where one types: by a click, and by the keyboard.
  await opening.fill("Ahoy ");
  const chips = page.locator("[data-chips=opening]");
  await chips.getByRole("button", { name: "contact’s name" }).click();
  assert.equal(await opening.inputValue(), "Ahoy {contact}");
  assert.ok(await opening.evaluate((field) => field === document.activeElement), "and one goes on typing there");
  await opening.pressSequentially(" of ");
  await chips.getByRole("button", { name: "contact’s name" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.equal(await opening.inputValue(), "Ahoy {contact} of {retailer}");
  await page.locator("#preview").getByText("Ahoy Sample Person of Sample Retailer & Sons").waitFor();
  await page.frameLocator("iframe.mail-html").getByText("Ahoy Sample Person of Sample Retailer & Sons").waitFor();
  await page.keyboard.press("Control+z");
  assert.equal(await opening.inputValue(), "Ahoy {contact} of ", "what was inserted can be undone");
  await chips.getByRole("button", { name: "retailer’s name" }).click();

  const shown = page.getByRole("combobox", { name: "Case that is shown" });
  await shown.selectOption("stopped");
  await page.locator("#preview").getByText("Your previous password has stopped working").waitFor();
  await page.frameLocator("iframe.mail-html").getByText("Sample Staff of").waitFor();
  await owner.look("portal-mail-words-case");

  await page.getByLabel("After it").fill("Your number is {password}.");
  await page.getByRole("button", { name: "Save" }).click();
  await isWrong(page.getByLabel("After it"), "there is no field {password} here");
  owner.problems = owner.problems.filter((problem) => !problem.includes("422"));
  assert.equal(await opening.inputValue(), "Ahoy {contact} of {retailer}", "what was typed is kept");
  await owner.look("portal-mail-words-wrong");
  await page.getByLabel("After it").fill("Tom & <b>Jerry</b> {until}");
  await page.getByRole("button", { name: "Save" }).click();
  await sees(owner, "Version 1");
  await page.getByRole("button", { name: "Send a test to me" }).click();
  await sees(owner, "A test mail is on its way");
  await owner.look("portal-mail-words-saved");
  assert.match(await readsMail(owner, "[Test]"), /Ahoy Sample Person of Sample Retailer & Sons/);
  await owner.look();
  await forgets(alex, "alex");
  await alex.look();
  const mail = await readsMail(alex, "alex@harbourgifts.example");
  assert.match(mail, /^Ahoy Alex Sample of Harbour Gifts/);
  assert.match(mail, /Tom & <b>Jerry<\/b> /);
  temporaryPassword(mail);
  await alex.look();
  await page.goto("/portal/settings/mails/reset/en");
  await page.getByRole("button", { name: "Back to built in" }).press("Enter");
  await sees(owner, "in use");
  assert.match(await opening.inputValue(), /^Hello \{contact\},/);
  await owner.look();
});

journey("HTML is behind a switch, and the way back says what is lost", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.goto("/portal/settings/mails/invitation/de");
  await page.locator("#preview").getByText("Angefordert hat es Sample Staff").waitFor();
  await page.getByLabel("At the end").fill("Bis bald, {contact}!");
  await page.getByRole("button", { name: "Edit as HTML" }).click();
  const text = page.getByLabel("Text", { exact: true });
  assert.match(await text.inputValue(), /Bis bald, \{\{ person \}\}!/, "what was typed comes along");
  await owner.look("portal-mail-html");
  const templates = await text.inputValue();
  await text.fill(`${templates}\nhttps://elsewhere.example/?p={{ password }}\n`);
  await page.getByRole("button", { name: "Save" }).click();
  await isWrong(text, "can’t follow something else");
  owner.problems = owner.problems.filter((problem) => !problem.includes("422"));
  await owner.look("portal-mail-html-wrong");
  await text.fill(templates.replace("Bis bald", "Bis gleich"));
  await page.getByRole("button", { name: "Save" }).click();
  await sees(owner, "Version 1");
  assert.match(await text.inputValue(), /Bis gleich/, "templates open as such");
  await page.getByRole("link", { name: "Back to plain words" }).click();
  await sees(owner, "What you lose");
  await sees(owner, "Version 1 is written in HTML");
  await owner.look("portal-mail-back");
  await page.getByRole("button", { name: "Save" }).click();
  await sees(owner, "Version 2");
  await page.getByLabel("At the end").waitFor();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await text.waitFor();
  assert.match(await text.inputValue(), /Bis gleich/);
  await owner.look();
});

journey("a mail is worded without script", ["desktop"], async ({ demo, come }) => {
  const owner = await come({ script: false });
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.goto("/portal/settings/mails/invitation/en");
  await sees(owner, "{contact}");
  assert.equal(await page.locator(".chip:visible").count(), 0, "fields are typed");
  await page.getByLabel("At the end").fill("See you soon, {contact}.");
  await page.getByRole("combobox", { name: "Case that is shown" }).selectOption("operator");
  await page.getByRole("button", { name: "Preview" }).click();
  await sees(owner, "See you soon, Sample Person.");
  await sees(owner, "The administrator of");
  await owner.look("portal-mail-words-no-script");
  await page.getByRole("button", { name: "Save" }).click();
  await sees(owner, "Version 1");
  await owner.look();
});
