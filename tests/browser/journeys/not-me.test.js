// @ts-check
/** "This wasn't me": a stranger knew the username. */
import assert from "node:assert/strict";
import { forgets, isAt, link, readsMail, sees, signsIn, temporaryPassword } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("a temporary password nobody wanted", ["phone", "desktop"], async ({ screen, come }) => {
  const [stranger, owner] = [await come(), await come()];
  await forgets(stranger, "alex");
  await stranger.look();
  const mail = await readsMail(owner, "alex@harbourgifts.example");
  await owner.look();
  const [temporary, cancel] = [temporaryPassword(mail), link(mail, /\/not-me\//)];

  // Mail scanners open links, too: looking changes nothing.
  const { page } = owner;
  await page.goto(cancel);
  await page.reload();
  await page.reload();
  await sees(owner, "Harbour Gifts");
  await owner.look("not-me");
  await signsIn(stranger, "alex", temporary);
  await isAt(stranger, "/password");
  await stranger.look();

  await page.getByRole("button", { name: "Cancel the temporary password" }).click();
  await sees(owner, "The temporary password no longer works");
  await owner.look("not-me-done");
  await page.goto(cancel);
  await sees(owner, "Nothing to cancel any more");
  await owner.look("not-me-over");

  await stranger.page.goto("/password");
  await isAt(stranger, "/login");
  await signsIn(stranger, "alex", temporary);
  await sees(stranger, "don’t belong together");
  await stranger.look();
  await owner.page.goto("/dev/inbox");
  await owner.look();
});
