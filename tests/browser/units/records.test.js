// @ts-check
/** Records of the queue: of every age, in order, and what answers mean for them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_PAUSE_MS, askedPauseMs, followers, inOrder, meaningOf, newKey, newRecord, pauseMs, readRecord, requestOf, whatIsDue } from "../../../web/sales/records.js";
import { ANNA, NOW, SHOP, STAFF, id, record } from "./samples.js";

/** @param {object} stored */
function understood(stored) {
  const read = readRecord(stored);
  assert.ok(read && "record" in read);
  return read.record;
}

test("a key says when it was made, and is one that a record can have", () => {
  const key = newKey(Date.parse("2026-11-26T14:00:00.123Z"), Uint8Array.from([255, 1, 255, 3, 4, 5, 6, 7, 8, 9]));
  assert.equal(key, "01a21827-ef7b-7f01-bf03-040506070809");
  assert.equal(understood(record(5, { key })).key, key);
});

test("a record of format 1 is brought up to date and sent as it was meant", () => {
  const old = { format: 1, key: id(9), staff: STAFF, kind: "edit", contact: ANNA, body: { phone: "01632 960999" }, version: 4, at: "2026-11-26T14:00:00.000Z", state: "waiting" };
  const now = understood(old);
  assert.deepEqual([now.format, now.key, now.entered_at, now.base], [3, id(9), NOW, { version: 4, values: {} }]);
  assert.deepEqual(requestOf(now), { path: `/api/v1/contacts/${ANNA}`, asking: { method: "PATCH", key: id(9), body: { phone: "01632 960999" }, version: 4 } });
});

test("a contact made in format 1 keeps its retailer, and what failed then still needs a person", () => {
  const now = understood({ format: 1, key: id(9), staff: STAFF, kind: "create", body: { retailer: SHOP, name: "Bo Sample" }, at: "2026-11-26T14:00:00.000Z", state: "failed" });
  assert.deepEqual([now.retailer, now.contact, now.state, now.body], [SHOP, id(9), "attention", { name: "Bo Sample" }]);
});

test("a record of this format is read as it was written", () => {
  const written = record(5, { tries: 2, next_at: NOW });
  assert.deepEqual(understood(structuredClone(written)), written);
});

test("a record of format 2 is sent as it was", () => {
  const written = record(5, { tries: 2, next_at: NOW });
  assert.deepEqual(understood({ ...structuredClone(written), format: 2 }), written);
});

test("a record of a newer app is kept as it is", () => {
  const newer = { format: 4, key: id(9), something: { else: true } };
  assert.deepEqual(readRecord(newer), { unknown: newer });
});

test("what can't be sent is no record, whoever wrote the file it came in", () => {
  const wrong = [
    null, "text", { format: 2 }, { format: 0, key: id(9) }, { format: 1, key: id(9) }, { ...record(1), contact: "../../../portal" },
    { ...record(1), kind: "erase" }, { ...record(1), body: null }, { ...record(1), key: "short" }, { ...record(1), base: { version: "3" } },
    { ...record(1), kind: "create", contact: id(1001), retailer: "" }, { ...record(1), kind: "create" }, { ...record(1), kind: "cancel-reset", body: { reset: "1/2" } }, { ...record(1), state: "lost" },
  ];
  for (const stored of wrong) assert.equal(readRecord(stored), null, JSON.stringify(stored));
});

test("each kind of act has its address, its key, and the version it was entered on", () => {
  const act = { staff: STAFF, retailer: SHOP, contact: ANNA, body: { reset: id(7) }, base: { version: 3, values: {} } };
  const sent = /** @type {const} */ (["create", "edit", "sign-in", "reset", "cancel-reset"]).map((kind) => {
    const { path, asking } = requestOf(newRecord({ ...act, kind }, id(9), NOW));
    return `${asking.method} ${path.replace("/api/v1", "")} ${asking.key ? "key" : "-"} ${asking.version ?? "-"}`;
  });
  assert.deepEqual(sent, [
    `POST /retailers/${SHOP}/contacts key -`,
    `PATCH /contacts/${ANNA} key 3`,
    `PUT /contacts/${ANNA}/sign-in key 3`,
    `POST /contacts/${ANNA}/resets key -`,
    `DELETE /contacts/${ANNA}/resets/${id(7)} - -`,
  ]);
});

test("of each contact the first is sent, and nothing behind what needs a person", () => {
  const other = id(4);
  const records = inOrder([
    record(4, { contact: other }),
    record(3),
    record(2, { state: "attention" }),
    record(1, { state: "done" }),
    record(5, { contact: other }),
    record(6, { contact: id(5), staff: id(8) }),
    record(7, { contact: id(6), next_at: NOW + 5000 }),
    record(8, { contact: id(6) }),
  ]);
  const { due, waits } = whatIsDue(records, STAFF, NOW);
  assert.deepEqual(due.map(({ entered_at }) => entered_at), [4]);
  assert.equal(waits, NOW + 5000);
  assert.deepEqual(whatIsDue(records, STAFF, Infinity).due.map(({ entered_at }) => entered_at), [4, 7]);
});

test("what an app that was closed left as being sent is due, before all that follows on the same contact", () => {
  const left = record(1, { state: "sending", tries: 1 });
  for (const now of [NOW, Infinity]) assert.deepEqual(whatIsDue([left, record(2)], STAFF, now), { due: [left], waits: null });
});

test("a pause ends, whatever the device’s clock or the server says", () => {
  const ahead = record(1, { next_at: NOW + LONGEST_PAUSE_MS + 1 });
  assert.deepEqual(whatIsDue([ahead], STAFF, NOW).due, [ahead], "the clock was put back since");
  assert.deepEqual(whatIsDue([record(1, { next_at: NOW + LONGEST_PAUSE_MS })], STAFF, NOW).due, []);
  assert.deepEqual([askedPauseMs(20), askedPauseMs(-5), askedPauseMs(10 ** 9)], [20_000, 0, LONGEST_PAUSE_MS]);
});

test("a record that is damaged is none, and keeps nobody from reading the others", () => {
  for (const damaged of [{ key: id(9), format: 1, kind: "create" }, { key: id(9), format: 0 }, { key: id(9), format: -1 }, { key: id(9), format: 2, body: null }]) {
    assert.equal(readRecord(damaged), null, JSON.stringify(damaged));
  }
});

test("pauses grow from seconds to five minutes and no further", () => {
  const pauses = [1, 2, 3, 8, 30].map((tries) => pauseMs(tries, 1));
  assert.deepEqual(pauses, [4000, 8000, 16_000, 300_000, 300_000]);
  assert.equal(pauseMs(30, 0), 150_000);
});

test("every answer means one thing", () => {
  const answer = (/** @type {number} */ status) => ({ ok: status > 199 && status < 300, reached: status > 0, status, body: null, problem: null, retryAfterS: null, replayed: false });
  /** @type {[number, string, string][]} */
  const cases = [
    [200, "", "done"], [201, "", "done"], [204, "", "done"],
    [0, "", "perhaps"], [408, "", "perhaps"], [429, "too-many-requests", "stop"], [503, "busy", "stop"], [502, "", "perhaps"],
    [500, "broken", "later"],
    [401, "not-signed-in", "sign-in"], [401, "device-revoked", "sign-in"], [403, "second-factor-set-up-required", "sign-in"],
    [403, "not-allowed", "attention"], [404, "not-found", "attention"], [409, "not-possible", "attention"], [410, "", "attention"],
    [412, "changed-meanwhile", "attention"], [422, "invalid", "attention"], [400, "unreadable", "attention"],
  ];
  for (const [status, problem, means] of cases) assert.equal(meaningOf(answer(status), problem), means, `${status} ${problem}`);
});

test("what follows a contact made offline learns its id and its version", () => {
  const made = record(1, { kind: "create", contact: id(1001) });
  const edit = record(2, { kind: "edit", contact: id(1001), base: { version: 0, values: {} } });
  const [follower] = followers([made, edit, record(3)], made, { id: id(50), version: 1 }, false);
  assert.deepEqual([follower?.key, follower?.contact, follower?.base?.version], [edit.key, id(50), 1]);
});

test("a later edit goes on the version an earlier one left, and never over what nobody here saw", () => {
  const on = (/** @type {number} */ version) => ({ kind: /** @type {const} */ ("edit"), base: { version, values: {} } });
  const first = record(1, on(3));
  const versions = (/** @type {any[]} */ records, /** @type {number} */ version, replayed = false) =>
    followers(records, first, { id: ANNA, version }, replayed).map(({ base }) => base?.version);
  assert.deepEqual(versions([first, record(2, on(3))], 4), [4]);
  assert.deepEqual(versions([first, record(2, on(2))], 4), [2], "entered on less than the first was sent with");
  assert.deepEqual(versions([first, record(2, on(3))], 9, true), [4], "another person's edit came after the lost answer");
  assert.deepEqual(versions([first, record(2, { ...on(3), state: "done" })], 4), []);
});
