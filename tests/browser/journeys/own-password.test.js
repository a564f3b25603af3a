// @ts-check
/** The main job: a contact forgot their password and gets back in by themselves. */
import assert from "node:assert/strict";
import { chooses, isAt, isWrong, readsMail, sees, signsIn, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("a forgotten password, from the sign-in page to a new one", ["phone", "desktop", "ipad"], async ({ screen, come }) => {
  const alex = await come();
  const { page } = alex;
  const own = `seven green kettles ${screen} 7`;

  await page.goto("/");
  await isAt(alex, "/login");
  await alex.look("login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await alex.look("forgot-password");
  await page.getByLabel("Username").fill("alex");
  await page.getByRole("button", { name: "Send temporary password" }).click();
  await sees(alex, "Look into your mail");
  await sees(alex, "If that username or e-mail address has an account here");
  await alex.look("forgot-password-sent");

  const mail = await readsMail(alex, "temporary password");
  await alex.look("inbox-mail");
  const temporary = temporaryPassword(mail);
  assert.doesNotMatch(mail, /alex@|username: /i, "the username is not in the mail (promise 6)");
  await page.getByRole("link", { name: "HTML part" }).click();
  await page.getByText(temporary).waitFor();
  await alex.look("inbox-mail-html");
  await page.goto("/dev/inbox");
  await alex.look("inbox");

  await signsIn(alex, "alex", temporary);
  await isAt(alex, "/password");
  await sees(alex, "You signed in with a temporary password.");
  await alex.look("password-must");
  for (const path of ["/", "/account", "/account/edit", "/login"]) {
    await page.goto(path);
    await isAt(alex, "/password");
  }

  const typed = page.getByLabel("New password", { exact: true });
  const met = (/** @type {string} */ rule) => page.locator(`[data-rule=${rule}].met`);
  assert.equal(await page.locator("[data-rule].met").count(), 0);
  await typed.pressSequentially("kettle");
  await met("letter").waitFor();
  assert.equal(await met("length").count() + await met("digit").count(), 0);
  await typed.pressSequentially("77");
  await met("length").and(met("letter")).or(met("digit")).first().waitFor();
  await page.locator(".strength").filter({ hasText: /Too easy to guess|Weak|Fair/ }).waitFor();
  await typed.fill(own);
  assert.equal(await page.locator("[data-rule].met").count(), 3);
  await page.locator(".strength").filter({ hasText: /Good|Strong/ }).waitFor();
  await alex.look("password-rules-met");

  await chooses(alex, own, `${own}!`);
  await isWrong(page.getByLabel("New password again", { exact: true }), "The two passwords differ");
  await alex.look("password-differs");
  await chooses(alex, "abc");
  await isWrong(typed, "Choose at least 8 characters");
  await isWrong(typed, "Add at least one digit");
  assert.equal(await typed.inputValue(), "", "passwords are never filled in again");
  await alex.look("password-too-short");
  await chooses(alex, temporary);
  await isWrong(typed, "That is the temporary password");
  await chooses(alex, "password1");
  await isWrong(typed, /among the first ones a thief tries/);
  await chooses(alex, own);
  await isAt(alex, "/");
  await sees(alex, "Your new password is set");
  await sees(alex, "Hello, Alex Sample");
  await sees(alex, "Harbour Gifts · Account 10001");
  await alex.look("home");

  await page.getByRole("button", { name: "Sign out" }).click();
  await isAt(alex, "/login");
  await sees(alex, "You are signed out");
  await alex.look("login-signed-out");
  await signsIn(alex, "alex", temporary);
  await sees(alex, "don’t belong together");
  await alex.look("login-refused");
  await signsIn(alex, "Alex", own);
  await isAt(alex, "/");

  await page.getByRole("link", { name: "My account" }).first().click();
  await isAt(alex, "/account");
  for (const line of ["A temporary password was asked for", "The mail with the temporary password was sent", "You signed in with a temporary password", "You chose a new password", "You signed out", "Someone tried to sign in with your username", "You signed in"]) {
    await page.locator(".timeline").getByText(line).first().waitFor();
  }
  await page.locator("#sessions tbody tr").filter({ hasText: "This one" }).waitFor();
  await alex.look("account");
});

journey("a changed password, name and e-mail address", ["phone", "desktop"], async ({ come }) => {
  const username = "sam.10001";
  const [contact, elsewhere, mailbox] = [await come(), await come({ screen: "desktop" }), await come()];
  const { page } = contact;
  const own = "forty-two paper lanterns 42";
  await page.goto("/forgot-password");
  await page.getByLabel("Username").fill(username);
  await page.getByRole("button", { name: "Send temporary password" }).click();
  await contact.look();
  await signsIn(contact, username, temporaryPassword(await readsMail(mailbox, "sam@harbourgifts.example")));
  await mailbox.look();
  await isAt(contact, "/password");
  await chooses(contact, own);
  await isAt(contact, "/");
  await signsIn(elsewhere, username, own);
  await isAt(elsewhere, "/");
  await elsewhere.look();

  await page.goto("/account");
  await page.locator("summary").filter({ hasText: "Sign out everywhere else" }).click();
  await contact.look("account-ending-sessions");
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await sees(contact, "You are signed out everywhere else");
  await page.locator("#sessions tbody tr").filter({ hasText: "This one" }).waitFor();
  assert.equal(await page.locator("#sessions tbody tr").count(), 1);
  await contact.look();
  await elsewhere.page.getByRole("link", { name: "My account" }).first().click();
  await isAt(elsewhere, "/login");
  await elsewhere.look();

  await page.getByRole("link", { name: /^Change name/ }).click();
  await contact.look();
  await page.getByLabel("Name", { exact: true }).fill("Maria-José Sample");
  await page.getByRole("button", { name: "Save name" }).click();
  await sees(contact, "Your name is changed");
  await page.getByRole("link", { name: /^Change name/ }).click();
  await page.getByLabel("New e-mail address").fill("new@example.test");
  await page.getByLabel("Current password").fill("not this one 1");
  await page.getByRole("button", { name: "Send confirmation" }).click();
  await isWrong(page.getByLabel("Current password"), "That is not your current password");
  assert.equal(await page.getByLabel("New e-mail address").inputValue(), "new@example.test", "what was typed is kept");
  await contact.look("account-edit-wrong");
  await page.getByLabel("Current password").fill(own);
  await page.getByRole("button", { name: "Send confirmation" }).click();
  await sees(contact, "We sent a mail to new@example.test");
  await contact.look("account-pending-email");
  const confirm = (await readsMail(mailbox, "new@example.test")).match(/https?:\/\/\S+confirm\/\S+/)?.[0];
  assert.ok(confirm);
  await page.goto(confirm);
  await contact.look();
  await page.getByRole("button", { name: "Confirm this address" }).click();
  await sees(contact, "Your e-mail address is changed");

  await page.getByRole("link", { name: "Change password" }).click();
  await contact.look();
  await page.getByLabel("Current password").fill(own);
  await chooses(contact, "another 3 lanterns of tin");
  await isAt(contact, "/account");
  await sees(contact, "Your password is changed");
});
