// @ts-check
/** A passkey in the place of a password: added, asked for, removed. */
import assert from "node:assert/strict";
import { chooses, forgets, isAt, readsMail, sees, signsIn, signsInAsStaff, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

/**
 * Gives a visitor's browser a device that keeps passkeys and knows who holds it.
 * @param {import("../support/visitor.js").Visitor} visitor
 */
async function device({ page, context }) {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return {
    /** What it keeps. */
    kept: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** Puts in what another keeps. @param {any} credential */
    keep: (credential) => devtools.send("WebAuthn.addCredential", { authenticatorId, credential }),
    forget: () => devtools.send("WebAuthn.clearCredentials", { authenticatorId }),
  };
}

journey("staff sign in with a passkey", ["desktop", "phone"], async ({ demo, come }) => {
  const owner = await come();
  const { page } = owner;
  const mine = await device(owner);
  const staff = demo.staff.owner ?? assert.fail();
  await signsInAsStaff(owner, "/portal", staff);
  await page.goto("/portal/me/second-factor");
  await owner.look("passkeys-none");
  await page.getByLabel("Name of the passkey").fill("Work laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await sees(owner, "They are shown only now");
  await owner.look("passkeys-codes");
  await page.goto("/portal/me/second-factor");
  await sees(owner, "Work laptop");
  await owner.look("passkeys-one");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await sees(owner, "has a passkey for you already");
  await owner.look("passkeys-known");
  await page.goto("/portal/me");
  await sees(owner, "Also remove what was added lately");
  await owner.look("passkeys-me");

  await owner.context.clearCookies();
  await page.goto("/portal/login");
  await owner.look("passkeys-login");
  /** @type {string | null} */
  let body = null;
  page.on("request", (request) => { if (request.url().endsWith("/login/passkey")) body = request.postData(); });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await isAt(owner, "/portal");
  await page.goto("/portal/contacts");
  await isAt(owner, "/portal/contacts");

  // What was sent once is worth nothing.
  const replayed = await owner.context.request.post("/portal/login/passkey", {
    data: body ?? assert.fail(), headers: { "content-type": "application/x-www-form-urlencoded", origin: owner.origin },
  });
  assert.equal(replayed.status(), 401);

  await owner.context.clearCookies();
  await page.goto("/portal/login");
  await page.getByLabel("E-mail address").fill(staff.email);
  await page.getByLabel("Password", { exact: true }).fill(staff.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await isAt(owner, "/portal/second-factor");
  await owner.look("passkeys-second-factor");
  const [kept] = await mine.kept();
  await mine.forget();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await sees(owner, /Nothing was sent|did not work just now/);
  await owner.look("passkeys-not-here");
  await mine.keep(kept);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isAt(owner, "/portal");

  await page.goto("/portal/me/second-factor");
  await page.getByRole("button", { name: "Remove Work laptop" }).click();
  await sees(owner, "The passkey is removed");
  await owner.context.clearCookies();
  await page.goto("/portal/login");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await sees(owner, "That passkey did not work");
  await owner.look("passkeys-refused");
});

journey("a contact signs in with a passkey", ["desktop", "phone"], async ({ come }) => {
  const alex = await come();
  const { page } = alex;
  await device(alex);
  const password = "copper ladder 2093";
  await forgets(alex, "alex");
  await signsIn(alex, "alex", temporaryPassword(await readsMail(alex, "temporary password")));
  await chooses(alex, password);
  await isAt(alex, "/");
  await page.goto("/account");
  await page.getByLabel("Name of the passkey").fill("My telephone");
  await page.getByLabel("Current password").fill("not this one 77");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await sees(alex, "That is not your current password");
  await alex.look("passkeys-account-wrong");
  await page.getByLabel("Current password").fill(password);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await sees(alex, "The passkey is added");
  await alex.look("passkeys-account");
  await alex.context.clearCookies();
  await page.goto("/login");
  await alex.look("passkeys-website-login");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await isAt(alex, "/");
  await page.goto("/password");
  await sees(alex, "Also remove the passkeys added lately");
  await alex.look("passkeys-password");
  await page.goto("/account");
  await page.locator("summary", { hasText: "Remove My telephone" }).click();
  const asked = page.locator("#passkeys details");
  await asked.getByLabel("Current password").fill("not this one 77");
  await alex.look("passkeys-account-remove");
  await asked.getByRole("button", { name: "Remove My telephone" }).click();
  await sees(alex, "That is not your current password");
  await alex.look("passkeys-account-remove-wrong");
  await page.locator("summary", { hasText: "Remove My telephone" }).click();
  await asked.getByLabel("Current password").fill(password);
  await asked.getByRole("button", { name: "Remove My telephone" }).click();
  await sees(alex, "The passkey is removed");
  await alex.context.clearCookies();
  await page.goto("/login");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await sees(alex, "That passkey did not work");
  await alex.look("passkeys-website-refused");
});
