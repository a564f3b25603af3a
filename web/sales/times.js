// @ts-check
/** Moments as people say them, in their own zone. */

const format = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(language(), options);
const hour = format({ hour: "numeric" }).resolvedOptions().hour12 ? "numeric" : "2-digit";
const clock = format({ hour, minute: "2-digit" });
const seconds = format({ hour, minute: "2-digit", second: "2-digit" });
const day = format({ weekday: "short", day: "numeric", month: "short" });
const year = format({ day: "numeric", month: "short", year: "numeric" });
const full = format({ dateStyle: "full", timeStyle: "full" });
const relative = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });

/** English in the reader's own region. */
function language() {
  return navigator.languages.find((tag) => tag.split("-")[0] === "en") ?? "en";
}

/** @param {string} iso */
export const fullWords = (iso) => full.format(new Date(iso));

/** `today 14:02`, `in 31 hours`; `exact`: `Wed 25 Nov 14:02`; `clock`: `14:02:11`. @param {string} iso @param {"exact" | "clock"} [form] */
export function inWords(iso, form) {
  const [then, now] = [new Date(iso), new Date()];
  if (form === "clock") return seconds.format(then);
  const date = then.getFullYear() === now.getFullYear() ? day.format(then) : year.format(then);
  if (form === "exact") return `${date} ${clock.format(then)}`;
  const minutes = Math.round((Number(then) - Number(now)) / 60_000);
  if (minutes > 0 && minutes < 60) return relative.format(minutes, "minute");
  if (minutes > 0 && minutes < 48 * 60) return relative.format(Math.round(minutes / 60), "hour");
  const days = Math.round((noon(then) - noon(now)) / 86_400_000);
  return `${Math.abs(days) <= 1 ? relative.format(days, "day") : date} ${clock.format(then)}`;
}

/** The time of day alone, or the day with it when that is another. @param {string} iso */
export function asOfWords(iso) {
  const then = new Date(iso);
  return noon(then) === noon(new Date()) ? clock.format(then) : `${day.format(then)} ${clock.format(then)}`;
}

/** @param {Date} moment */
const noon = (moment) => new Date(moment).setHours(12, 0, 0, 0);
