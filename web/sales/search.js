// @ts-check
/**
 * Finding while typing: every word typed has to be somewhere in what is known of a customer, whatever its
 * case and accents; names that begin with it come first.
 */

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
  const words = query.split(" ").filter(Boolean).map((word) => ({ word, start: ` ${word}`, digits: digitsOf(word) }));
  /** @type {[string[], string[], string[]]} */
  const ranks = [[], [], []];
  let count = 0;
  if (!words.length) return { ids: [], count };
  for (const { id, name, text, digits } of entries) {
    let rank = name.startsWith(query) ? 0 : 1;
    for (const { word, start, digits: number } of words) {
      if (!text.includes(word) && (number === "" || !digits.includes(number))) rank = 3;
      else if (rank === 1 && !text.includes(start)) rank = 2;
      if (rank === 3) break;
    }
    if (rank === 3) continue;
    count += 1;
    if (ranks[rank].length < limit) ranks[rank].push(id);
  }
  return { ids: ranks.flat().slice(0, limit), count };
}

/** The digits of what may be part of a telephone number, from three on. @param {string} word */
function digitsOf(word) {
  if (!/^[\d()+\-./]+$/.test(word)) return "";
  const digits = word.replace(/\D/g, "");
  return digits.length >= 3 ? digits : "";
}
