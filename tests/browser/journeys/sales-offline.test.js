// @ts-check
/** A rep without network, with one that fails, and with one that loses answers: each act arrives, once. */
import assert from "node:assert/strict";
import { mails, readsMail, temporaryPassword } from "../support/acts.js";
import { startBehind } from "../support/between.js";
import { journeyAt } from "../support/journey.js";
import { asks, comesIn, contact, enters, everythingKept, has, isKept, isKilled, isOffline, opens, stands, until } from "../support/rep.js";

const SURF = { name: "Sam Sample", account: "10017", address: "sam@pebblebeachsurf.example" };
const FOX = { name: "Rowan Sample", account: "10013", address: "rowan@littlefox.example" };

journeyAt(startBehind, "what is done without network survives the app being killed, and arrives once", ["ipad"], async ({ demo, come }) => {
  const [rep, inbox] = [await come(), await come({ screen: "desktop" })];
  rep.bears(/^403 .*\/sign-in$/);
  await comesIn(rep, demo.staff["rep.north"]);
  await isKept(rep);
  const [surf, fox] = [await contact(rep, SURF.name, SURF.account), await contact(rep, FOX.name, FOX.account)];
  await isOffline(rep, true);
  const made = await asks(rep, "core.queue.enter(given)", { kind: "create", retailer: surf.retailer, body: { name: "Toni Sample" } });
  const toni = await asks(rep, "core.customers.contact(given)", made.key);
  assert.equal(toni.name, "Toni Sample");
  await enters(rep, toni, "edit", { phone: "01632 960003" });
  // A rep's role doesn't allow this; what comes after it on the same contact has to wait.
  await enters(rep, toni, "sign-in", { email: "toni@pebblebeachsurf.example", username: "toni.surf", website_access: true });
  await enters(rep, toni, "reset");
  await enters(rep, fox, "edit", { phone: "01632 960001" });
  await enters(rep, fox, "edit", { phone: "01632 960002", position: "Night shift" });
  await enters(rep, surf, "reset");

  await isKilled(rep);
  await rep.page.goto("/sales");
  await opens(rep);
  await has(rep, "waiting", 7);
  assert.equal((await contact(rep, FOX.name, FOX.account)).phone, "01632 960002", "what waits is laid over");
  assert.equal((await contact(rep, "Toni Sample", SURF.account)).access.state, "not_invited");
  assert.equal((await asks(rep, "core.queue.records"))[0].key, made.key, "with the key it was entered with");

  await isOffline(rep, false);
  await has(rep, "done", 5);
  await has(rep, "attention", 1);
  await until(rep, "core.queue.standing === 'idle' && core.sync.standing === 'current'");
  const ends = await asks(rep, "core.queue.records.map(({ kind, state, result, problem }) => [kind, state, result?.status ?? problem?.status ?? null])");
  assert.deepEqual(ends, [
    ["create", "done", 201], ["edit", "done", 200], ["sign-in", "attention", 403], ["reset", "waiting", null],
    ["edit", "done", 200], ["edit", "done", 200], ["reset", "done", 201],
  ]);
  await readsMail(inbox, SURF.address);
  assert.deepEqual([await mails(inbox, "toni@pebblebeachsurf.example"), await mails(inbox, SURF.address)], [0, 1]);
  const [arrived, there] = [await contact(rep, FOX.name, FOX.account), await contact(rep, "Toni Sample", SURF.account)];
  assert.deepEqual([arrived.phone, arrived.position, arrived.version], ["01632 960002", "Night shift", fox.version + 2]);
  assert.deepEqual([there.phone, there.version, there.id === made.key], ["01632 960003", 2, false]);
});

journeyAt(startBehind, "a server that fails and an answer that is lost mail nobody twice", ["ipad"], async ({ demo, come }) => {
  const [rep, inbox] = [await come(), await come({ screen: "desktop" })];
  rep.bears(/^500 .*\/resets$/);
  rep.bears(/net::ERR_/);
  await comesIn(rep, demo.staff["rep.north"]);
  const surf = await contact(rep, SURF.name, SURF.account);
  demo.faults.push({ to: /^POST .*\/resets$/, does: 500 }, { to: /^POST .*\/resets$/, does: "lose" });
  await enters(rep, surf, "reset");
  await has(rep, "done", 1);
  const [record] = await asks(rep, "core.queue.records");
  assert.deepEqual([record.tries, record.result.replayed], [3, true]);
  const { body } = await asks(rep, "core.api.get(given)", `/api/v1/contacts/${surf.id}/resets`);
  assert.equal(body.items.filter((/** @type {any} */ reset) => reset.id === record.result.reset).length, 1);
  assert.equal(demo.passed.filter((what) => /^POST .*\/resets$/.test(what)).length, 2);
  await readsMail(inbox, SURF.address);
  assert.equal(await mails(inbox, SURF.address), 1);
});

/** Where an act gets to before its app is closed, and what the server had of it then. @type {["hold" | "swallow", string][]} */
const CLOSED = [["hold", "done, but nobody heard"], ["swallow", "never reached"]];
for (const [does, had] of CLOSED) {
  journeyAt(startBehind, `the app is closed while sending: ${had} by the server, and done once`, ["ipad"], async ({ demo, come }) => {
    const rep = await come();
    await comesIn(rep, demo.staff["rep.north"]);
    await isKept(rep);
    const fox = await contact(rep, FOX.name, FOX.account);
    demo.faults.push({ to: /^PATCH /, does });
    await enters(rep, fox, "edit", { phone: "01632 960007" });
    await enters(rep, fox, "edit", { position: "Early shift" });
    while (!demo.passed.some((what) => /^(held|swallowed) PATCH /.test(what))) await rep.page.evaluate("navigator.locks.query()");
    assert.deepEqual(await asks(rep, "core.queue.records.map(({ state }) => state)"), ["sending", "waiting"]);

    await isOffline(rep, true);
    await isKilled(rep);
    await rep.page.goto("/sales");
    await opens(rep);
    await until(rep, "core.queue.counts.waiting === 2");
    assert.deepEqual(await asks(rep, "core.queue.records.map(({ state }) => state)"), ["waiting", "waiting"], "nobody sends it, so it waits");
    await isOffline(rep, false);
    await has(rep, "done", 2);
    const [first] = await asks(rep, "core.queue.records");
    assert.equal(first.result.replayed, does === "hold");
    await stands(rep, "current");
    const after = await contact(rep, FOX.name, FOX.account);
    assert.deepEqual([after.phone, after.position, after.version], ["01632 960007", "Early shift", fox.version + 2]);
  });
}

journeyAt(startBehind, "an act that the server never answers holds up no other", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  rep.bears(/net::ERR_/);
  rep.bears(/^504 .*\/api\/v1\/contacts\/[^/]+$/);
  await comesIn(rep, demo.staff["rep.north"]);
  const [surf, fox] = [await contact(rep, SURF.name, SURF.account), await contact(rep, FOX.name, FOX.account)];
  const stuck = new RegExp(`^PATCH .*${surf.id}$`);
  demo.faults.push({ to: stuck, does: 504 }, { to: stuck, does: "swallow" }, { to: stuck, does: 504 });
  await enters(rep, surf, "edit", { phone: "01632 960008" });
  await enters(rep, fox, "edit", { phone: "01632 960009" });
  await has(rep, "done", 1);
  assert.deepEqual(await asks(rep, "core.queue.records.map(({ contact, state }) => [contact, state])"), [[surf.id, "waiting"], [fox.id, "done"]]);
  // By itself, when its pauses are over.
  await has(rep, "done", 2);
});

journeyAt(startBehind, "a lost answer with new tokens signs nobody out", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  rep.bears(/net::ERR_/);
  rep.bears(/^401 .*\/api\/v1\//);
  await comesIn(rep, demo.staff["rep.north"]);
  demo.passed.length = 0;
  demo.faults.push({ to: /^POST \/api\/v1\/tokens$/, does: "lose" });
  // Without its access token the browser has to ask for new ones.
  await rep.context.clearCookies({ name: /-device$/ });
  await asks(rep, "core.sync.run()");
  await stands(rep, "unreached");
  await asks(rep, "core.sync.run()");
  await stands(rep, "current");
  assert.equal(demo.passed.filter((what) => what === "POST /api/v1/tokens").length, 2);
});

journeyAt(startBehind, "nothing secret is kept, and nothing that is a person's in the worker's files", ["ipad"], async ({ demo, come }) => {
  const [rep, inbox] = [await come(), await come({ screen: "desktop" })];
  const staff = demo.staff["rep.north"];
  await comesIn(rep, staff);
  await isKept(rep);
  await enters(rep, await contact(rep, SURF.name, SURF.account), "reset");
  await has(rep, "done", 1);
  const mailed = temporaryPassword(await readsMail(inbox, SURF.address));
  await asks(rep, "core.sync.run()");
  const kept = await everythingKept(rep);
  const tokens = (await rep.context.cookies()).filter(({ name }) => name.includes("tradepost")).map(({ value }) => value);
  assert.ok(tokens.length >= 3, "the session of the pages, and both tokens");
  for (const secret of [staff?.password ?? "", mailed, ...tokens]) assert.ok(!kept.includes(secret), "a password or a token is kept");
  assert.doesNotMatch(kept, /"(password|[a-z_]*token|secret|cookie|temporary)[a-z_]*":(?!null)/i);
  assert.doesNotMatch(kept, /(?<![\w-])[A-Z2-9]{4}(-[A-Z2-9]{4}){2}/, "what looks like a temporary password");
  const files = await rep.page.evaluate(async () => {
    const requests = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(files.includes("/sales/shell") && files.length > 10);
  assert.deepEqual(files.filter((file) => file !== "/sales/shell" && !file.startsWith("/assets/") && !file.startsWith("/brand")), []);
});
