// @ts-check
/** The website and the mails in German. */
import assert from "node:assert/strict";
import { isAt, isWrong, readsMail, sees, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("auf Deutsch: ein vergessenes Passwort", ["phone", "desktop"], async ({ screen, come }) => {
  const lee = await come({ language: "de-DE" });
  const { page } = lee;
  const own = `sieben rote Fässer ${screen} 7`;
  await page.goto("/login");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await lee.look("de-login");
  await page.getByRole("link", { name: "Passwort vergessen?" }).click();
  await page.getByLabel("Benutzername").fill("10006");
  await lee.look("de-forgot-password");
  await page.getByRole("button", { name: "Vorläufiges Passwort senden" }).click();
  await sees(lee, "Sehen Sie in Ihre E-Mails");
  await lee.look("de-forgot-password-sent");

  const mail = await readsMail(lee, "lee@oldtowntea.example");
  assert.match(mail.replace(/\s+/g, " "), /Ihr(e)? vorläufiges? Passwort/i);
  assert.match(mail, /Uhr|MEZ|UTC/);
  await lee.look("de-inbox-mail");
  await page.goto("/login");
  await page.getByLabel("Benutzername").fill("10006");
  await page.getByLabel("Passwort", { exact: true }).fill(temporaryPassword(mail));
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await isAt(lee, "/password");
  await lee.look("de-password");
  const choose = async (/** @type {string} */ one, /** @type {string} */ two) => {
    await page.getByLabel("Neues Passwort", { exact: true }).fill(one);
    await page.getByLabel("Neues Passwort noch einmal").fill(two);
    await page.getByRole("main").getByRole("button", { name: "Passwort" }).and(page.locator("[type=submit]")).click();
  };
  await choose(own, "anders");
  await isWrong(page.getByLabel("Neues Passwort noch einmal"), /./);
  await lee.look("de-password-wrong");
  await choose(own, own);
  await isAt(lee, "/");
  await sees(lee, "Guten Tag, Lee Sample");
  await lee.look("de-home");
  await page.getByRole("link", { name: "Mein Konto" }).first().click();
  await isAt(lee, "/account");
  await lee.look("de-account");
  assert.doesNotMatch(await page.locator("body").innerText(), /password|sign|e-mail address|history-/i, "no word was left in English");
  assert.equal((await page.goto("/gibt/es/nicht"))?.status(), 404);
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await lee.look("de-not-found");
  await page.goto("/dev/inbox");
  await lee.look();
});

journey("an English browser and a German contact: each in their language", ["desktop"], async ({ come }) => {
  const someone = await come({ language: "fr-FR" });
  await someone.page.goto("/forgot-password");
  assert.equal(await someone.page.locator("html").getAttribute("lang"), "en");
  await someone.page.getByLabel("Username").fill("10009");
  await someone.look();
  await someone.page.getByRole("button", { name: "Send temporary password" }).click();
  await sees(someone, "Look into your mail");
  assert.match((await readsMail(someone, "sam@thepapershop.example")).replace(/\s+/g, " "), /vorläufiges Passwort/);
  await someone.look();
  await someone.page.goto("/dev/inbox");
  await someone.look();
});
