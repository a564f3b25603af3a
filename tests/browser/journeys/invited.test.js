// @ts-check
/** Who is invited comes in by themselves, also when the first temporary password is gone; and who guesses waits. */
import assert from "node:assert/strict";
import { chooses, forgets, isAt, link, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("an invitation, its page, a fresh temporary password, and a password of one's own", ["phone", "desktop"], async ({ demo, come }) => {
  const [office, robin] = [await come({ screen: "desktop" }), await come()];
  await signsInAsStaff(office, "/portal", demo.staff.admin ?? assert.fail());
  await office.page.goto("/portal/search?q=robin.10001&go=1");
  await office.page.getByRole("link", { name: "Send website invitation" }).click();
  await office.page.getByRole("button", { name: "Send website invitation" }).click();
  await office.page.getByRole("heading", { level: 1, name: "Website invitation for Robin Sample" }).waitFor();

  const { page } = robin;
  const named = await readsMail(robin, "Your username for");
  await robin.look("inbox-invitation-username");
  assert.match(named, /^robin\.10001$/m);
  assert.doesNotMatch(named, /^[A-Z2-9]{4}(-[A-Z2-9]{4})+$/m);
  await page.getByRole("link", { name: "HTML part" }).click();
  await robin.look("inbox-invitation-username-html");
  const invitation = await readsMail(robin, "robin@harbourgifts.example");
  await robin.look("inbox-invitation-with-page");
  await page.getByRole("link", { name: "HTML part" }).click();
  await robin.look("inbox-invitation-with-page-html");

  const ask = link(invitation, /\/invitation\//);
  await page.goto(ask);
  await sees(robin, "Robin Sample");
  await sees(robin, "r…n@harbourgifts.example");
  await robin.look("invitation");
  await page.getByRole("button", { name: "Mail me a temporary password" }).click();
  await sees(robin, "A temporary password is on its way to r…n@harbourgifts.example.");
  await robin.look("invitation-sent");
  const fresh = temporaryPassword(await readsMail(robin, "robin@harbourgifts.example", 1));
  assert.notEqual(fresh, temporaryPassword(invitation));

  await signsIn(robin, "robin@harbourgifts.example", fresh.replaceAll("-", "ー"));
  await isAt(robin, "/password");
  await chooses(robin, "nine paper kites 9");
  await isAt(robin, "/");
  await page.goto(ask);
  await sees(robin, "You have chosen a password");
  await robin.look("invitation-chosen");
  await page.goto(ask.slice(0, -5));
  await sees(robin, "This link leads to no invitation");
  await robin.look("invitation-unknown");
});

journey("whoever types wrong passwords is told how long to wait, and a temporary one works meanwhile", ["phone", "desktop"], async ({ come }) => {
  const alex = await come();
  const { page } = alex;
  await signsIn(alex, "alex", "seven green kettles 7 ");
  await sees(alex, "There is a blank or something invisible");
  await alex.look("login-blank");
  for (let n = 0; n < 5; n++) await signsIn(alex, "alex", `seven green kettles ${n}`);
  await sees(alex, "The next try is possible in 1 minute.");
  // The minute goes on: looked at is what the next try says.
  await signsIn(alex, "alex", "seven green kettles 7");
  await sees(alex, "Too many wrong passwords were tried with this username.");
  await alex.look("login-wait");
  let mail = "";
  for (let mailed = 0; mailed < 3; mailed++) {
    await forgets(alex, "alex");
    mail = await readsMail(alex, "alex@harbourgifts.example", mailed);
  }
  await forgets(alex, "alex");
  await sees(alex, "If we mailed you lately, look for that mail");
  await alex.look("forgot-password-lately");
  await signsIn(alex, "alex", temporaryPassword(mail));
  await isAt(alex, "/password");
});

journey("auf Deutsch: die Seite einer Einladung, und warten", ["desktop"], async ({ demo, come }) => {
  const [office, robin] = [await come(), await come({ language: "de-DE" })];
  await signsInAsStaff(office, "/portal", demo.staff.admin ?? assert.fail());
  await office.page.goto("/portal/search?q=robin.10001&go=1");
  await office.page.getByRole("link", { name: "Send website invitation" }).click();
  await office.page.getByRole("button", { name: "Send website invitation" }).click();
  const { page } = robin;
  await page.goto(link(await readsMail(robin, "robin@harbourgifts.example"), /\/invitation\//));
  await sees(robin, "Vorläufiges Passwort schicken");
  await robin.look("invitation-de");
  for (let n = 0; n < 7; n++) {
    await page.goto("/login");
    await page.getByLabel("Benutzername oder E-Mail-Adresse").fill("robin.10001");
    await page.getByLabel("Passwort", { exact: true }).fill(`falsch ${n}`);
    await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  }
  await sees(robin, "Der nächste Versuch ist in 1 Minute möglich.");
  await robin.look("login-wait-de");
});
