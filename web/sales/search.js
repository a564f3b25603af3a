// @ts-check
/**
 * Finding while typing: every word typed has to be somewhere in what is known of a customer, whatever its
 * case and accents; names that begin with it come first.
 */
import { isNumber, significant } from "./telephone.js";

/**
 * Something to be found: its name and all its text folded, words after one space each; its telephone
 * number as digits. `source` tells when it has to be folded anew.
 * @typedef {{ id: string, source: string, name: string, text: string, digits: string }} Entry
 */

/** Letters that don't come apart into a letter and an accent, or are another at a word's end. @type {Record<string, string>} */
const LETTERS = { ς: "σ", ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i" };

/** Without case, accents, apostrophes and what shows nothing. @param {string} text */
export const fold = (text) => folded(text).trim();

/** @param {string} text */
function folded(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}'’‘ʼ]/gu, "")
    .toLowerCase()
    .replace(/[ςßæœøđðłþı]/g, (letter) => LETTERS[letter] ?? letter)
    // Joining makes it one piece of memory; otherwise the first keystroke would do so for all.
    .split(/\s+/)
    .join(" ");
}

/**
 * @param {string} id @param {string} name @param {(string | null)[]} more everything else it can be found by
 * @param {string} phone @param {Entry} [before] what was made of it last time @returns {Entry}
 */
export function entry(id, name, more, phone, before) {
  const source = [name, ...more, phone].join("\n");
  if (before?.source === source) return before;
  return { id, source, name: fold(name), text: folded(`\n${source}`), digits: phone.replace(/\D/g, "") };
}

/**
 * The entries that match, best first: the name begins with what was typed, each word begins a word, the rest;
 * within these in the order they were given.
 * @param {Iterable<Entry>} entries @param {string} typed @param {number} limit @returns {{ ids: string[], count: number }}
 */
export function find(entries, typed, limit) {
  const query = fold(typed);
  const words = wordsOf(query);
  /** @type {[string[], string[], string[]]} */
  const ranks = [[], [], []];
  let count = 0;
  if (!words.length) return { ids: [], count };
  for (const { id, name, text, digits } of entries) {
    let rank = name.startsWith(query) ? 0 : 1;
    for (const { word, start, numbers } of words) {
      if (!text.includes(word) && !(digits && numbers.some((number) => digits.includes(number)))) rank = 3;
      else if (rank === 1 && !text.includes(start)) rank = 2;
      if (rank === 3) break;
    }
    if (rank === 3) continue;
    count += 1;
    if (ranks[rank].length < limit) ranks[rank].push(id);
  }
  return { ids: ranks.flat().slice(0, limit), count };
}

/**
 * What was typed word by word, each with the telephone numbers it may be or belong to, as digits: words that
 * follow each other may be one number.
 * @param {string} query @returns {{ word: string, start: string, numbers: string[] }[]}
 */
function wordsOf(query) {
  const words = query.split(" ").filter(Boolean);
  return words.map((word, at) => {
    let [from, to] = [at, at + 1];
    while (from > 0 && isNumber(words[at]) && isNumber(words[from - 1])) from -= 1;
    while (to < words.length && isNumber(words[at]) && isNumber(words[to])) to += 1;
    const whole = significant(words.slice(from, to).join(" "));
    return { word, start: ` ${word}`, numbers: [digitsOf(word), whole].filter((number) => number !== null) };
  });
}

/** The digits of what may be part of a telephone number, from three on. @param {string} word */
function digitsOf(word) {
  const digits = isNumber(word) ? word.replace(/\D/g, "") : "";
  return digits.length >= 3 ? digits : null;
}
