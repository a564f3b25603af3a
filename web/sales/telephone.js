// @ts-check
/**
 * Telephone numbers as people type them into a search. The portal's search has the same rule in
 * `src/listing/telephone.rs`; `tests/telephone.json` holds both to it.
 */

/** The fewest digits that are taken for a telephone number. */
const DIGITS = 4;

/** Country codes of one and of two digits (ITU-T E.164); all others have three. None begins another. */
const COUNTRY = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** Whether a text may be part of a telephone number. @param {string} text */
export const isNumber = (text) => /^[\d\s()+\-./‐‒–—−]*\d[\d\s()+\-./‐‒–—−]*$/.test(text);

/**
 * The digits that every way of writing a number has: without the country's code after `+` or `00`, and
 * without the zero that is dialled within a country.
 * @param {string} typed @returns {string | null} `null` for what is no number, or too little of one
 */
export function significant(typed) {
  if (!isNumber(typed)) return null;
  const written = typed.replace(/\s/g, "").replaceAll("(0)", "");
  const plus = /^\(*\+/.test(written);
  const all = written.replace(/\D/g, "");
  const fromAbroad = plus || all.startsWith("00");
  const digits = fromAbroad && !plus ? all.slice(2) : all;
  const within = withoutZeros(fromAbroad ? afterCountry(digits) : digits);
  // Of a country's code and little more the code is all there is to go by.
  const kept = within.length < DIGITS ? withoutZeros(digits) : within;
  return kept.length < DIGITS ? null : kept;
}

/** @param {string} digits */
const afterCountry = (digits) => (COUNTRY.test(digits) ? digits.replace(COUNTRY, "") : "");

/** @param {string} digits */
const withoutZeros = (digits) => digits.replace(/^0+/, "");
