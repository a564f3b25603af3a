// @ts-check
/** Pages that say no, and what holds for every page: no script but ours, nothing from elsewhere, light to load. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { isAt, mails, sees, signsInAsStaff } from "../support/acts.js";
import { journey } from "../support/journey.js";

journey("an address that leads nowhere", ["phone", "desktop"], async ({ demo, come }) => {
  const someone = await come();
  const { page } = someone;
  for (const path of ["/no/such/page", "/portal/no-such-page", "/sales/no-such-page", "/dev/inbox/99999"]) {
    assert.equal((await page.goto(path))?.status(), 404, path);
    await sees(someone, "There is nothing here");
    await someone.look(`not-found ${path.split("/")[1]}`);
  }
  for (const path of ["/not-me/nothing", "/account/email/confirm/nothing"]) {
    assert.equal((await page.goto(path))?.status(), 410, path);
    await sees(someone, "This link no longer works");
    await someone.look(`gone ${path.split("/")[1]}`);
  }
  await page.goto("/portal/reset/nothing");
  await isAt(someone, "/portal/forgot-password");
  await someone.look("gone portal");
  await page.goto("/no/such/page");
  assert.equal(await page.locator(".card").count(), 0, "the door is the card");
  await page.locator("#request-id").waitFor();
  await page.getByRole("link", { name: "Go to the start" }).click();
  await isAt(someone, "/login");
  await someone.look();
  assert.ok(demo.staff.admin);
  await signsInAsStaff(someone, "/portal", demo.staff.admin);
  await someone.look();
  assert.equal((await page.goto("/portal/contacts/nobody"))?.status(), 404);
  await someone.look("not-found-portal-signed-in");
  assert.ok(await page.getByRole("searchbox").or(page.locator("#top-search")).count(), "the menu and the search stay");
  await page.getByRole("main").getByRole("link", { name: "Go to Contacts" }).click();
  await isAt(someone, "/portal/contacts");
  await someone.look();
  await page.goto("/portal/no-such-page");
  await page.getByRole("link", { name: "Go to Dashboard" }).click();
  await isAt(someone, "/portal");
  await page.goto("/portal/login");
  await isAt(someone, "/portal");
  await page.context().clearCookies();
  await page.goto("/portal/login");
  await someone.look();
});

journey("the right password at the wrong door", ["phone", "desktop"], async ({ demo, come }) => {
  const rep = await come();
  const { page } = rep;
  const staff = demo.staff["rep.north"];
  assert.ok(staff && demo.staff.admin);
  await page.goto("/portal/login");
  await page.getByLabel("E-mail address").fill(staff.email);
  await page.getByLabel("Password", { exact: true }).fill(staff.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await sees(rep, "You work in the sales app, not in the portal");
  await rep.look("portal-wrong-door");
  await page.getByRole("link", { name: "To the sales app" }).click();
  await isAt(rep, "/sales/login");
  await rep.look();
  await page.getByLabel("E-mail address").fill(demo.staff.admin.email);
  await page.getByLabel("Password", { exact: true }).fill(demo.staff.admin.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "To the portal" }).click();
  await isAt(rep, "/portal/login");
  await rep.look();
  await signsInAsStaff(rep, "/portal", demo.staff.admin);
  await rep.look();
  await page.goto("/sales/confirm/nothing");
  await sees(rep, "There is nothing here");
  await rep.look("not-found sales, at home in the portal");
  await page.getByRole("link", { name: "Go to the portal" }).click();
  await isAt(rep, "/portal");
});

journey("a form on another website", ["desktop"], async ({ demo, come }) => {
  const victim = await come();
  const { page } = victim;
  const form = `<!doctype html><form method="post" action="${demo.url}/forgot-password"><input name="username" value="alex"><button>Win a prize</button></form>`;
  const site = createServer((_, response) => response.setHeader("content-type", "text/html").end(form)).listen(0, "127.0.0.1");
  await once(site, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (site.address());
  try {
    for (const from of [`http://localhost:${address.port}/`, `http://127.0.0.1:${address.port}/`, `data:text/html,${encodeURIComponent(form)}`]) {
      await page.goto(from);
      const [answer] = await Promise.all([page.waitForResponse(`${demo.url}/forgot-password`), page.getByRole("button").click()]);
      assert.equal(answer.status(), 403, from);
      await sees(victim, "You may not do this");
      await victim.look("not-allowed");
    }
  } finally {
    site.closeAllConnections();
    site.close();
  }
  victim.problems = victim.problems.filter((problem) => !problem.startsWith("a request to"));
  assert.equal(await mails(victim, ""), 0, "nothing was sent");
  await victim.look();
});

journey("what is not allowed is not there", ["desktop"], async ({ demo, come }) => {
  const support = await come();
  const { page } = support;
  assert.ok(demo.staff.support && demo.staff.admin);
  await signsInAsStaff(support, "/portal", demo.staff.support);
  await support.look();
  await page.goto("/portal/retailers");
  await page.getByRole("link", { name: "Harbour Gifts" }).click();
  await page.getByRole("link", { name: "Alex Sample" }).click();
  await page.getByRole("heading", { level: 1, name: "Alex Sample" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /Turn access/ }).count(), 0);
  const path = new URL(page.url()).pathname;
  const status = await page.evaluate(async (to) => (await fetch(to, { method: "POST", body: new URLSearchParams({ access: "off" }) })).status, `${path}/access`);
  assert.equal(status, 403);
  support.problems = support.problems.filter((problem) => !problem.includes("403"));
  support.bears(/^404 .*\/sales\/device$/);
  const device = await page.evaluate(async () => (await fetch("/sales/device", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Office" }) })).status);
  assert.equal(device, 404, "the sales app is not for the office");
  await page.goto("/portal/retailers");
  await support.look();
  await page.getByRole("link", { name: "Harbour Gifts" }).click();
  await page.getByRole("heading", { level: 1, name: "Harbour Gifts" }).waitFor();
  await support.look();
});

journey("a first visit is one round of small files", ["phone"], async ({ demo, come }) => {
  assert.ok(demo.staff.admin);
  const staff = await come();
  await signsInAsStaff(staff, "/portal", demo.staff.admin);
  const cookies = await staff.context.cookies();
  for (const path of ["/login", "/dev/inbox", "/portal/retailers", "/no/such/page"]) {
    const visitor = await come();
    await visitor.context.addCookies(cookies);
    const load = await firstLoad(visitor, path);
    assert.ok(load.bytes < 100_000, `${path} weighs ${load.bytes} bytes`);
    assert.ok(load.document < 30_000, `${path} alone weighs ${load.document} bytes`);
    assert.deepEqual(load.later, [], `${path} names all it needs in its own text`);
    assert.ok(load.files.length <= 5, `${path} needs ${load.files.join(", ")}`);
    await visitor.look();
  }
  await staff.page.goto("/portal/login");
  await staff.page.context().clearCookies();
  await staff.page.goto("/portal/login");
  await staff.look();
});

/** What a page loads when nothing is cached. @param {import("../support/visitor.js").Visitor} visitor @param {string} path */
async function firstLoad({ context, page, origin }, path) {
  const network = await context.newCDPSession(page);
  /** @type {Map<string, {url: string, by: string, bytes: number}>} */
  const requests = new Map();
  network.on("Network.requestWillBeSent", ({ requestId, request, initiator }) => {
    requests.set(requestId, { url: request.url, by: initiator.url ?? initiator.stack?.callFrames[0]?.url ?? "", bytes: 0 });
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes = encodedDataLength;
  });
  await network.send("Network.enable");
  await page.goto(path, { waitUntil: "networkidle" });
  // What a live status asks for by the clock is no part of the first visit.
  const asked = await page.locator("live-status").evaluateAll((all, base) => all.map((status) => new URL(status.getAttribute("src") ?? "", base).href), origin);
  const load = [...requests.values()].filter(({ url, by }) => !by || !asked.includes(url));
  return {
    bytes: load.reduce((sum, { bytes }) => sum + bytes, 0),
    document: load[0]?.bytes ?? 0,
    files: load.map(({ url }) => new URL(url).pathname),
    // What a style sheet or script asks for comes a round later.
    later: load.filter(({ by }) => by && by !== `${origin}${path}`).map(({ url, by }) => `${url} by ${by}`),
  };
}
