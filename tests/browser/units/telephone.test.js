// @ts-check
/** Telephone numbers as they are searched for: the same as in the portal. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { entry, find } from "../../../web/sales/search.js";
import { significant } from "../../../web/sales/telephone.js";

/** @type {[string, string | null][]} */
const CASES = JSON.parse(readFileSync(new URL("../../telephone.json", import.meta.url), "utf8"));

test("a number has the digits that every way of writing it has", () => {
  for (const [typed, expected] of CASES) assert.equal(significant(typed), expected, typed);
});

test("a contact is found by their number, however it is kept and however it is typed", () => {
  const kept = ["+44 1632 960001", "01632 960001", "+44(0)1632 960001", "(01632) 960-001", "0044 1632 960 001"];
  const typed = ["01632 960001", "01632960001", "0044 1632 960001", "+44 1632 960001", "+44(0)1632 960 001", "(01632) 960 001", "1632 960", "960001"];
  const entries = kept.map((phone, at) => entry(String(at), `Sample Person ${at}`, [], phone));
  for (const one of typed) assert.deepEqual(find(entries, one, 10).ids.toSorted(), kept.map((_, at) => String(at)), one);
  assert.deepEqual(find(entries, "person 01632 960 001", 10).count, kept.length);
  assert.deepEqual(find(entries, "person 01632 960 002", 10).ids, []);
});
