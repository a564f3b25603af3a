// @ts-check
/** Where a contact stands, in the portal's words. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessAfter, actOf, badgeOf, canSend, meaningOf, spelt, stateOf } from "../../../web/sales/badges.js";
import { NOW, contact } from "./samples.js";

/** @typedef {import("../../../web/sales/shapes.js").AccessState} AccessState */

const HOUR = 3600_000;
const STATES = /** @type {AccessState[]} */ (["inactive", "off", "missing_email", "missing_username", "bounced", "not_invited", "inviting",
  "invited", "invitation_expired", "active", "brought_along", "resetting", "reset_sent", "stopped"]);

/** @param {AccessState} state @param {Partial<import("../../../web/sales/shapes.js").Contact>} [more] @param {AccessState | null} [then] */
const standing = (state, more, then = null) =>
  contact({ access: { state, until: then && new Date(NOW + 31 * HOUR).toISOString(), then }, ...more });

test("every badge and sentence is the portal's, word for word", () => {
  const portal = readFileSync(new URL("../../../src/customers/view/access.rs", import.meta.url), "utf8");
  const retailer = { id: "", account_number: "", name: "SHOP", address: "", territory: "", active: true, version: 1 };
  for (const state of STATES) {
    const who = standing(state, { name: "ANNA", has_password: true }, state === "invited" || state === "reset_sent" ? "active" : null);
    const { tone, shape, word } = badgeOf(who, NOW);
    assert.ok(portal.includes(`"${tone}", "${shape}", `), `${state}: ${tone} ${shape}`);
    for (const text of [word, meaningOf(who, retailer, NOW)]) {
      for (const part of text.split(/Active|31 h\b|31 hours|ANNA|SHOP|Their own password .*$/)) assert.ok(portal.includes(part), `${state}: ${part}`);
    }
  }
});

test("what runs out does so by the clock", () => {
  const invited = standing("invited", {}, "invitation_expired");
  assert.equal(badgeOf(invited, NOW).word, "Invited · 31 h left");
  assert.equal(badgeOf(invited, NOW + 31 * HOUR).word, "Invitation expired");
  assert.equal(stateOf(standing("reset_sent", {}, "stopped"), NOW + 31 * HOUR - 1), "reset_sent");
  assert.deepEqual([spelt(HOUR), spelt(72 * HOUR), spelt(1)], ["1 hour", "3 days", "1 minute"]);
});

test("a stopped password is never called active", () => {
  const stopped = standing("reset_sent", { has_password: false }, "stopped");
  assert.equal(badgeOf(stopped, NOW).word, "Stopped · reset sent");
  assert.match(meaningOf(stopped, undefined, NOW), /is stopped/);
});

test("the act has the name it has for this contact, and is offered where it can be done", () => {
  assert.deepEqual([actOf(contact()), actOf(contact({ was_welcomed: true }))], ["Send website invitation", "Send password reset"]);
  assert.deepEqual(STATES.filter((state) => !canSend(standing(state), NOW)), ["inactive", "off", "missing_email", "missing_username", "bounced"]);
});

test("changes that wait are shown as what they will make of the access", () => {
  const after = (/** @type {AccessState} */ state, /** @type {object} */ change, more = {}) => {
    const before = standing(state, more);
    return accessAfter(before, { ...before, ...change }).state;
  };
  assert.equal(after("active", { website_access: false }), "off");
  assert.equal(after("off", { website_access: true }, { website_access: false, has_password: true }), "active");
  assert.equal(after("off", { website_access: true, email: null }, { website_access: false }), "missing_email");
  assert.equal(after("missing_username", { username: "anna" }, { username: null }), "not_invited");
  assert.equal(after("bounced", { email: "anna@other.example" }), "not_invited");
  assert.equal(after("bounced", { name: "Anna" }), "bounced");
  assert.equal(after("reset_sent", { email: "anna@other.example" }, { was_welcomed: true, has_password: true }), "active");
  assert.equal(after("invited", { email: "anna@other.example" }), "invitation_expired");
  assert.equal(after("inactive", { website_access: false }), "inactive");
  assert.equal(after("active", { phone: "" }), "active");
});
