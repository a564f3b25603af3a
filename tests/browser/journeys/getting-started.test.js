// @ts-check
/** From `tradepost serve` on nothing to a customer who has chosen a password, on the page that ticks itself off. */
import assert from "node:assert/strict";
import { chooses, isAt, sees, signsIn, temporaryPassword, until } from "../support/acts.js";
import { startNothing } from "../support/house.js";
import { journeyAt } from "../support/journey.js";

const STEPS = "/portal/getting-started";
const FILE = ["account_number,retailer,contact,email,username,website_access", "10001,Sample Bakery,Anna Sample,anna@bakery.example,anna,yes"].join("\n");

journeyAt(startNothing, "from nothing to the first customer signed in", ["desktop", "phone"], async ({ demo: house, screen, come }) => {
  const began = Date.now();
  const owner = await come();
  const { page } = owner;
  let clicks = 0;
  /** @param {import("playwright-core").Locator} what */
  const click = async (what) => {
    clicks += 1;
    await what.click();
  };
  const button = (/** @type {string | RegExp} */ name) => page.getByRole("button", { name }).filter({ visible: true });
  const go = (/** @type {string} */ name) => page.getByRole("link", { name, exact: true }).filter({ visible: true });
  const back = async () => {
    if (screen === "phone") await click(page.locator(".phone-menu > summary"));
    await click(go("Getting started").first());
    await isAt(owner, STEPS);
  };
  const done = (/** @type {number} */ count) => sees(owner, `${count} of 9 done`);

  // The first person gets in by a command that the page names.
  await page.goto("/portal/login");
  await sees(owner, "Nobody works here yet");
  assert.match(await page.locator("#first-person").innerText(), /^tradepost staff add --email /);
  await owner.look("getting-started-nobody");
  const { email, password } = house.staff.owner ?? assert.fail();
  house.command(["staff", "add", "--email", email, "--name", "Sample Owner", "--kind", "dual", "--role", "owner", "--password-stdin"], `${password}\n`);
  await click(go("Reload"));
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await click(button("Sign in"));
  await isAt(owner, "/portal");
  await sees(owner, "1 of 9 done");
  await owner.look("getting-started-dashboard");
  await click(go("Go on"));
  await done(1);
  await owner.look("getting-started-begun");

  // Who one is. Saving what is there already is told as it is.
  await click(go("Set name, logo and colour"));
  const save = (/** @type {string} */ label) => button(new RegExp(`^Save ?: ${label}`));
  await click(save("Your name"));
  await sees(owner, "Nothing was changed");
  for (const [label, value] of /** @type {const} */ ([["Your name", "Sample Wholesale"], ["Your colour", "#1f3a93"], ["Your telephone number", "+44 1947 000 000"], ["Your imprint", "https://shop.example/imprint"], ["Your privacy policy", "https://shop.example/privacy"]])) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await click(save(label));
    await sees(owner, /^Saved\. It counts/);
  }
  await owner.look("getting-started-settings");
  await back();
  await done(4);
  await click(button("Send a test mail to me"));
  await until(() => house.received.includes(email));
  // The mail server has it; that it took it is known a moment later.
  await until(async () => {
    await page.reload();
    return (await page.getByText("5 of 9 done").count()) > 0;
  });

  // Customers, by a file; colleagues.
  await click(go("Import customers"));
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
  await click(button(/^(Hand in|Upload)/));
  await page.getByLabel(/Territory of new retailers/).selectOption({ index: 1 });
  await click(button(/^(Look at the rows|Check|Preview)/));
  await click(button(/^Import 1 row/));
  await button(/Undo/).waitFor();
  await back();
  await done(6);
  await click(go("Add a colleague"));
  await page.getByLabel("Name", { exact: true }).fill("Kim Sample");
  await page.getByLabel("E-mail address").fill("kim@harbour.example");
  await owner.look("getting-started-colleague");
  await click(page.getByRole("radio", { name: /^Support/ }));
  await click(button("Add and send invitation"));
  await sees(owner, "Invited");
  await back();
  await done(7);

  // The mail is looked at before it leaves, and its hour could be chosen.
  await click(go("Look at the mail and invite"));
  const mail = page.frameLocator("iframe[title='The mail']");
  await mail.getByText("XXXX-XXXX-XXXX").waitFor();
  await mail.getByRole("heading", { name: "Welcome to the Sample Wholesale website" }).waitFor();
  await owner.look("getting-started-preview");
  await waits(owner, click, button);
  await click(button("Begin now"));
  await until(() => house.received.includes("anna@bakery.example"));

  // The customer.
  const anna = await come({ screen: "phone" });
  const letter = house.letters[house.received.indexOf("anna@bakery.example")] ?? assert.fail();
  await signsIn(anna, "anna", temporaryPassword(letter.replaceAll("\r\n", "\n")));
  await isAt(anna, "/password");
  await chooses(anna, "lighthouse 9 bread");
  await isAt(anna, "/");
  await sees(anna, "Questions?");
  await anna.look("getting-started-customer");
  clicks += 2;

  await back();
  await done(9);
  await sees(owner, "Everything is done");
  await owner.look("getting-started-done");
  await page.goto("/portal");
  await sees(owner, "Nothing needs you now");
  assert.equal(await page.getByRole("link", { name: "Getting started" }).count(), 0, "it went by itself");
  console.log(`# from serve on nothing to a password of the first customer, ${screen}: ${clicks} clicks, ${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
});

/**
 * Arranges the run for tomorrow and looks at it as it waits.
 * @param {import("../support/visitor.js").Visitor} owner
 * @param {(what: import("playwright-core").Locator) => Promise<void>} click
 * @param {(name: string | RegExp) => import("playwright-core").Locator} button
 */
async function waits(owner, click, button) {
  const { page } = owner;
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Day", { exact: true }).fill(tomorrow);
  await page.getByLabel("Hour", { exact: true }).fill("08:30");
  await click(button("Invite 1 contact to the website"));
  await sees(owner, "Waits to begin");
  await owner.look("getting-started-waiting");
}
