// @ts-check
/** Customers come in from a file: looked at, corrected, brought in, undone. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { isWrong, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

const FILE = [
  "Kundennummer;Firma;Ort;Vorname;Nachname;E-Mail;Telefon;Notiz",
  "70001;Sample Bakery;Harbour;Jörg;Sample;joerg@bakery.example;+44 1947 1;regular",
  "70002;Sample Garage;Quay;Mia;Sample;mia(at)garage.example;;",
  "70003;Sample Kiosk;Lane;Noor;Sample;noor@kiosk.example;;",
].join("\r\n");

journey("a file is looked at, its wrong row corrected, brought in and undone", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.goto("/portal/imports");
  await owner.look("imports-empty");
  const file = page.getByLabel("File", { exact: true });
  await file.setInputFiles({ name: "list.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n") });
  await page.getByRole("button", { name: "Hand in" }).click();
  await isWrong(file, "PDF");
  owner.problems = owner.problems.filter((problem) => !problem.includes("422"));
  await owner.look("imports-not-a-table");

  await file.setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(FILE, "latin1") });
  await page.getByRole("button", { name: "Hand in" }).click();
  await sees(owner, "Western European (Windows-1252), semicolons, headings in row 1");
  const number = page.getByLabel("Kundennummer");
  assert.equal(await number.inputValue(), "account_number", "it is guessed");
  await number.selectOption("");
  const firm = page.getByLabel("Firma");
  await firm.selectOption("");
  await page.getByRole("button", { name: "Look at the rows" }).click();
  await sees(owner, "Say which column holds the account number");
  owner.problems = owner.problems.filter((problem) => !problem.includes("422"));
  await owner.look("imports-columns");
  await number.selectOption("account_number");
  await firm.selectOption("retailer");
  await page.getByLabel("Territory of new retailers").selectOption({ index: 1 });
  await page.getByLabel("Contacts without a username").check();
  await page.getByLabel("New contacts may use the website").check();
  await page.getByRole("button", { name: "Look at the rows" }).click();
  await sees(owner, "Some rows are wrong, so nothing can be imported yet");
  await sees(owner, "is not a complete e-mail address");
  await owner.look("imports-wrong");

  const cell = page.getByRole("textbox", { name: "E-Mail" });
  await isWrong(cell, "is not a complete e-mail address");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV", exact: true }).click();
  const sheet = await readFile(await (await download).path(), "utf8");
  assert.match(sheet, /E-Mail: is not a complete/);
  await page.getByRole("link", { name: "Change the choices" }).click();
  await page.getByLabel("Bring the good rows in").check();
  await owner.look("imports-choices");
  await page.getByRole("button", { name: "Look at the rows" }).click();
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await page.getByRole("button", { name: "Undo the import" }).waitFor();
  await owner.look("imports-done");
  const done = page.url();

  await page.goto("/portal/imports");
  const corrected = Buffer.from(sheet.replace("mia(at)", "mia@"));
  await file.setInputFiles({ name: "wrong-rows.csv", mimeType: "text/csv", buffer: corrected });
  await page.getByRole("button", { name: "Hand in" }).click();
  await page.getByLabel("Territory of new retailers").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Look at the rows" }).click();
  await page.getByRole("button", { name: "Import 1 row" }).click();
  await page.getByRole("button", { name: "Undo the import" }).waitFor();
  await owner.look();
  await page.goto("/portal/contacts?q=70003");
  await sees(owner, "Noor Sample");
  await owner.look();

  await page.goto(done);
  await page.getByRole("button", { name: "Undo the import" }).click();
  await sees(owner, "2 rows were undone");
  await owner.look("imports-undone");
  await page.goto("/portal/contacts?q=70003");
  await sees(owner, "No contact matches");
  await owner.look();
  await page.goto("/portal/imports");
  await owner.look("imports");
});

const SHARED = [
  "Kd-Nr;Firma;Gebiet;Ansprechpartner;E-Mail;Telefon;Kennwort;Abteilung intern",
  "80001;Sample Mill;North;Ann Sample;office(at)mill.example;+44 1947 1;Sommer2024geheim;Buying",
  "80001;Sample Mill;North;Bob Example;office@mill.example;;Winter2024geheim;Stock",
  "80002;Sample Quay;North;Cora Sample;cora@quay;;Herbst2024geheim;Sales",
].join("\n");

journey("wrong rows are corrected on the page, and secrets are never there", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  await signsInAsStaff(owner, "/portal", demo.staff.owner ?? assert.fail());
  await page.goto("/portal/imports");
  const file = { name: "mill.csv", mimeType: "text/csv", buffer: Buffer.from(SHARED) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Hand in" }).click();
  await sees(owner, "Looks like passwords or other secrets");
  assert.ok(!(await page.content()).includes("geheim"), "no secret is shown");
  await owner.look("imports-secrets");
  await page.getByLabel("Enter territories that are not known").check();
  await page.getByLabel("Abteilung intern").selectOption("position");
  await page.getByRole("button", { name: "Look at the rows" }).click();
  const first = page.getByRole("group", { name: "Row 2" });
  await isWrong(first.getByLabel("E-Mail"), "is not a complete e-mail address");
  await owner.look("imports-correct");
  // By keyboard alone: into the cell, over it, and Enter.
  await first.getByLabel("E-Mail").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("office@mill.example");
  await page.getByRole("group", { name: "Row 4" }).getByLabel("E-Mail").fill("cora@quay.example");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Import 3 rows" }).waitFor();
  await page.getByRole("link", { name: "New 3" }).click();
  await sees(owner, "office@mill.example");
  await sees(owner, "Buying");
  await owner.look("imports-preview");
  await page.getByRole("link", { name: /With remarks/u }).click();
  await sees(owner, "is entered as a contact of their own");
  await owner.look("imports-remarks");
  assert.ok(!(await page.content()).includes("geheim"), "no secret is shown");
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByRole("button", { name: "Undo the import" }).waitFor();
  await owner.look("imports-undo");
});
