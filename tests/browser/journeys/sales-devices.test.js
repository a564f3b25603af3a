// @ts-check
/** Devices of reps: two at once, one that is revoked or stolen from, one that is handed on, and newer apps. */
import assert from "node:assert/strict";
import { sees } from "../support/acts.js";
import { startBehind } from "../support/between.js";
import { journeyAt } from "../support/journey.js";
import { asks, comesIn, contact, enters, everythingKept, has, isKept, isOffline, opens, stands, until } from "../support/rep.js";

/** @typedef {import("../support/visitor.js").Visitor} Visitor */

const ACCOUNT = "10017";
const NAME = "Sam Sample";

journeyAt(startBehind, "two devices edit one contact: whoever comes second decides", ["ipad"], async ({ demo, come }) => {
  const [first, second] = [await come(), await come()];
  await comesIn(first, demo.staff["rep.north"]);
  await comesIn(second, demo.staff["rep.north"]);
  second.bears(/^412 /);
  const before = await contact(second, NAME, ACCOUNT);
  await isOffline(second, true);
  await enters(second, before, "edit", { phone: "01632 960200" });
  await enters(first, await contact(first, NAME, ACCOUNT), "edit", { phone: "01632 960100", position: "Buyer" });
  await has(first, "done", 1);
  await isOffline(second, false);
  await has(second, "attention", 1);
  const [record] = await asks(second, "core.queue.records");
  assert.deepEqual([record.problem.current.phone, record.base.values.phone, record.body.phone], ["01632 960100", before.phone, "01632 960200"]);
  assert.equal((await asks(second, "core.customers.attention(Date.now())"))[0].contacts[0].why, "queue");

  // Given up, taken back, and saved over theirs: the rest of theirs stays.
  const given = await asks(second, "core.queue.discard(given)", record.key);
  await has(second, "attention", 0);
  await asks(second, "core.queue.restore(given)", given);
  await has(second, "attention", 1);
  assert.notEqual(await asks(second, "core.queue.saveMine(given)", record.key), record.key);
  await has(second, "done", 1);
  const { body } = await asks(first, "core.api.get(given)", `/api/v1/contacts/${before.id}`);
  assert.deepEqual([body.phone, body.position, body.version], ["01632 960200", "Buyer", before.version + 2]);
});

journeyAt(startBehind, "a revoked device forgets everything, and lets in whoever signs in again", ["ipad"], async ({ demo, come }) => {
  const [lost, other] = [await come(), await come()];
  const north = demo.staff["rep.north"];
  await comesIn(lost, north);
  await isKept(lost);
  await comesIn(other, north);
  lost.bears(/^401 .*\/(api\/v1\/.*|sales\/device)$/);
  await isOffline(lost, true);
  await enters(lost, await contact(lost, NAME, ACCOUNT), "reset");
  const { device } = await asks(lost, "core.sync.me");
  assert.equal((await asks(other, `core.api.ask("/api/v1/devices/" + given, { method: "DELETE" })`, device.id)).status, 204);
  await isOffline(lost, false);
  await stands(lost, "revoked");
  await forgot(lost);
  await comesIn(lost, north);
  assert.equal((await contact(lost, NAME, ACCOUNT)).name, NAME);
  assert.deepEqual(await asks(lost, "core.queue.records"), []);
});

journeyAt(startBehind, "a refresh token that is used twice revokes the device, whoever had it", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  rep.bears(/^401 .*\/(api\/v1\/.*|sales\/device)$/);
  const stolen = (await rep.context.cookies()).find(({ name }) => name.endsWith("-refresh"))?.value;
  const tokens = () => fetch(`${demo.url}/api/v1/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refresh_token: stolen }),
  });
  const { access_token } = await (await tokens()).json();
  const thief = { headers: { authorization: `Bearer ${access_token}` } };
  assert.equal((await fetch(`${demo.url}/api/v1/me`, thief)).status, 200);
  await asks(rep, "core.sync.run()");
  await stands(rep, "revoked");
  await forgot(rep);
  assert.match((await (await fetch(`${demo.url}/api/v1/me`, thief)).json()).type, /device-revoked$/);
});

journeyAt(startBehind, "signing out warns while things wait; the next person sees and sends nothing of them", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  rep.bears(/^401 .*\/(api\/v1\/.*|sales\/device)$/);
  rep.bears(/^503 /);
  demo.faults.push({ to: /^POST .*\/resets$/, does: 503 });
  const sam = await contact(rep, NAME, ACCOUNT);
  await enters(rep, sam, "reset");
  await until(rep, "core.queue.standing === 'unreached'");
  assert.deepEqual(await asks(rep, "core.sync.signOut()"), { outcome: "waits", count: 1 });
  demo.faults.push(...Array.from({ length: 20 }, () => ({ to: /^POST .*\/resets$/, does: 503 })));
  assert.deepEqual(await asks(rep, "core.sync.signOut({ despite: true })"), { outcome: "signed-out" });
  await rep.page.waitForURL("**/sales/login");

  demo.faults.length = 0;
  await comesIn(rep, demo.staff["rep.south"]);
  assert.deepEqual(await asks(rep, "[core.customers.contact(given) ?? null, core.queue.counts.others]", sam.id), [null, 1]);
  await asks(rep, "core.queue.send()");
  assert.equal(demo.passed.filter((what) => /^POST .*\/resets$/.test(what)).length, 0, "in nobody else's name");
  assert.deepEqual(await asks(rep, "core.sync.signOut()"), { outcome: "signed-out" });
  await rep.page.waitForURL("**/sales/login");
  await comesIn(rep, demo.staff["rep.north"]);
  await has(rep, "done", 1);
});

journeyAt(startBehind, "a newer app waits until it is taken, and what waits goes on with it", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  rep.bears(/^503 /);
  await isKept(rep);
  const [old] = await rep.page.evaluate(() => caches.keys());
  const record = await enters(rep, await held(rep, demo), "reset");
  demo.newer("/sales/worker.js", (text) => text.replace(/"version":"[^"]*"/, '"version":"newer"'));
  await rep.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration("/sales");
    await registration?.update();
  });
  await until(rep, "navigator.serviceWorker.getRegistration('/sales').then((registration) => registration.waiting !== null)");
  assert.deepEqual((await rep.page.evaluate(() => caches.keys())).sort(), [old, "tradepost-sales-newer"].sort(), "nothing is taken from the app that runs");
  const loaded = rep.page.waitForEvent("load");
  await rep.page.evaluate(async () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    (await navigator.serviceWorker.getRegistration("/sales"))?.waiting?.postMessage("activate");
  });
  await loaded;
  await opens(rep);
  await until(rep, "caches.keys().then((names) => names.join() === 'tradepost-sales-newer')");
  demo.faults.length = 0;
  await asks(rep, "core.queue.send()");
  await has(rep, "done", 1);
  assert.equal((await asks(rep, "core.queue.records"))[0].key, record.key);
});

journeyAt(startBehind, "a queue of an older and of a newer app is understood and kept", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  const sam = await contact(rep, NAME, ACCOUNT);
  const { id } = await asks(rep, "core.sync.me");
  const key = "5c6f2c1e-5d0b-4b7e-9d5e-6c1b3d1f0a01";
  const old = { format: 1, key, staff: id, kind: "edit", contact: sam.id, body: { phone: "01632 960300" }, version: sam.version, at: "2026-11-26T14:00:00.000Z", state: "waiting" };
  const newer = { format: 4, key: "5c6f2c1e-5d0b-4b7e-9d5e-6c1b3d1f0a02", staff: id, unheard: ["of"] };
  await asks(rep, `core.db.write(["queue"], async (tx) => given.forEach((record) => tx.put("queue", record))).then(() => core.queue.load())`, [old, newer]);
  await asks(rep, "core.queue.send()");
  await has(rep, "done", 1);
  const { body } = await asks(rep, "core.api.get(given)", `/api/v1/contacts/${sam.id}`);
  assert.equal(body.phone, "01632 960300");
  assert.equal(await asks(rep, "core.queue.counts.unknown"), 1);
  assert.deepEqual(JSON.parse(await asks(rep, "core.queue.export()")).records, [newer]);
});

journeyAt(startBehind, "tokens that expired are renewed by one of all tabs", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  rep.bears(/^401 .*\/api\/v1\//);
  const other = await rep.context.newPage();
  await other.goto("/sales");
  await other.waitForFunction(() => "core" in globalThis);
  await stands(rep, "current");
  demo.passed.length = 0;
  demo.tokensExpire?.();
  const me = `core.api.get("/api/v1/me").then(({ ok }) => ok)`;
  assert.deepEqual(await Promise.all([rep.page.evaluate(me), other.evaluate(me), rep.page.evaluate(me)]), [true, true, true]);
  assert.equal(demo.passed.filter((what) => what === "POST /api/v1/tokens").length, 1);
});

journeyAt(startBehind, "starting fresh gives what waits away first, and takes it up again once", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  const sam = await contact(rep, NAME, ACCOUNT);
  await isOffline(rep, true);
  await enters(rep, sam, "reset");
  const early = await asks(rep, "core.sync.startFresh().then((fresh) => { globalThis.fresh = fresh; return fresh.text; })");
  await enters(rep, sam, "edit", { phone: "01632 960400" });
  // There is a network again, but the server is too busy to take anything.
  rep.bears(/^503 \S+\/api\/v1\/contacts\//);
  for (let tries = 0; tries < 20; tries += 1) demo.faults.push({ to: /^(POST|PATCH) \/api\/v1\/contacts\//, does: 503 });
  await isOffline(rep, false);
  assert.equal(await asks(rep, "fresh.wipe()"), "changed", "what was entered meanwhile isn't in it");
  await until(rep, "core.queue.counts.waiting + core.queue.counts.sending === 2");
  const text = await asks(rep, "core.sync.startFresh().then(async ({ text, wipe }) => (await wipe()) === 'wiped' && text)");
  demo.faults.length = 0;
  await rep.page.goto("/sales");
  await stands(rep, "current");
  assert.deepEqual(await asks(rep, "core.queue.records"), []);
  assert.deepEqual(await asks(rep, "core.queue.take(given)", text), { taken: 2, known: 0, others: 0, unreadable: 0 });
  assert.deepEqual(await asks(rep, "core.queue.take(given)", early), { taken: 0, known: 1, others: 0, unreadable: 0 });
  await has(rep, "done", 2);
  const { body } = await asks(rep, "core.api.get(given)", `/api/v1/contacts/${sam.id}`);
  assert.deepEqual([body.phone, body.version], ["01632 960400", sam.version + 1]);
});

journeyAt(startBehind, "without network starting fresh removes nothing, and the app opens again", ["ipad", "phone"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  await isKept(rep);
  await isOffline(rep, true);
  await rep.page.goto("/sales/sync");
  await opens(rep);
  await rep.page.getByRole("button", { name: "Start fresh…" }).click();
  await rep.page.getByRole("button", { name: "Remove everything and start fresh" }).click();
  await sees(rep, "Nothing was removed");
  await rep.look("sync start-fresh-offline");
  await rep.page.getByRole("button", { name: "Cancel" }).click();
  await rep.page.goto("/sales");
  await opens(rep);
  assert.equal((await contact(rep, NAME, ACCOUNT)).name, NAME);
  await rep.look();
});

journeyAt(startBehind, "customers nobody brought up to date for thirty days are gone; what waits is not", ["ipad"], async ({ demo, come }) => {
  const rep = await come();
  await comesIn(rep, demo.staff["rep.north"]);
  await isKept(rep);
  const sam = await contact(rep, NAME, ACCOUNT);
  await isOffline(rep, true);
  await enters(rep, sam, "reset");
  await asks(rep, `core.db.setMeta("reached-at", Date.now() - 31 * 24 * 3600_000)`);
  await rep.page.goto("/sales");
  await opens(rep);
  assert.deepEqual(await asks(rep, "[core.customers.count, core.queue.counts.waiting, core.sync.asOf]"), [{ retailers: 0, contacts: 0 }, 1, null]);
  await isOffline(rep, false);
  await has(rep, "done", 1);
  await stands(rep, "current");
  await contact(rep, NAME, ACCOUNT);
});

/** A contact whose resets the server is too busy for. @param {Visitor} rep @param {import("../support/between.js").DemoBehind} demo */
async function held(rep, demo) {
  demo.faults.push(...Array.from({ length: 50 }, () => ({ to: /^POST .*\/resets$/, does: 503 })));
  return contact(rep, NAME, ACCOUNT);
}

/** @param {Visitor} rep */
async function forgot(rep) {
  await until(rep, "core.sync.me === null");
  assert.deepEqual(JSON.parse(await everythingKept(rep)), [[], [], [], []]);
  await until(rep, "caches.keys().then((names) => names.length === 0)");
}
