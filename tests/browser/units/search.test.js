// @ts-check
/** Finding customers while typing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, find, fold } from "../../../web/sales/search.js";

const ENTRIES = [
  entry("1", "Ärzte-Café Łódź", ["10001"], ""),
  entry("2", "Harbour Café", ["10002"], "+44 1632 960123"),
  entry("3", "O’Brien & Sons", ["10003", "ORDERS@obrien.example"], "(01632) 960-999"),
  entry("4", "The Old Harbour", ["20002"], ""),
  entry("5", "Fjordharbour Strauß", [null, ""], ""),
];

const found = (/** @type {string} */ typed) => find(ENTRIES, typed, 10).ids.join("");

test("case, accents and apostrophes don't matter", () => {
  assert.deepEqual(["arzte cafe lodz", "CAFÉ ÄRZTE", "obrien", "o'brien", "strauss"].map(found), ["1", "1", "3", "3", "5"]);
  assert.equal(fold("  İstanbul   Ørsted "), "istanbul orsted");
});

test("names that begin with it come first, then beginnings of words, then the rest", () => {
  assert.equal(found("harbour"), "245");
  assert.equal(found("harbour old"), "4", "every word has to be somewhere");
});

test("account numbers, e-mail addresses and telephone numbers are found, however they are written", () => {
  assert.deepEqual(["10003", "orders@obrien", "01632960999", "1632-960", "960 123"].map(found), ["3", "3", "3", "23", "2"]);
});

test("nothing typed finds nothing, and all that match are counted", () => {
  assert.deepEqual(find(ENTRIES, "  ", 10), { ids: [], count: 0 });
  assert.deepEqual(find(ENTRIES, "1000", 2), { ids: ["1", "2"], count: 3 });
});

test("what didn't change is not folded again", () => {
  assert.equal(entry("2", "Harbour Café", ["10002"], "+44 1632 960123", ENTRIES[1]), ENTRIES[1]);
  assert.notEqual(entry("2", "Harbour Café", ["10009"], "+44 1632 960123", ENTRIES[1]), ENTRIES[1]);
});

test("a sigma is one at the end of a word and within it, and what shows nothing is no letter", () => {
  const greek = [entry("1", "Ανδρέας Δείγμας", ["ΑΝΔΡΕΑΣ"], ""), entry("2", "Zwi\u200Bschen\u00ADraum\uFEFF", [], "")];
  for (const typed of ["Δείγμας", "ΔΕΊΓΜΑΣ", "δειγμασ", "ανδρεας", "ΑΝΔΡΕΑΣ ΔΕΙΓΜΑΣ"]) {
    assert.deepEqual(find(greek, typed, 10).ids, ["1"], typed);
  }
  assert.deepEqual(find(greek, "zwischenraum\u200E", 10).ids, ["2"]);
});
