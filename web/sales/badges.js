// @ts-check
/**
 * Where a contact stands with the website, in the words of the portal (`src/customers/view/access.rs`),
 * at any moment: what runs out does so here by the clock.
 */

/** @typedef {import("./shapes.js").Contact} Contact */
/** @typedef {import("./shapes.js").Retailer} Retailer */
/** @typedef {import("./shapes.js").AccessState} AccessState */
/** @typedef {import("./shapes.js").Badge} Badge */

/** @param {Contact} contact @param {number} now @returns {AccessState} */
export function stateOf({ access }, now) {
  return access.until && access.then && Date.parse(access.until) <= now ? access.then : access.state;
}

/** @type {Record<AccessState, [tone: Badge["tone"], shape: string, word: string]>} */
const BADGES = {
  inactive: ["neutral", "dash", "Inactive"],
  off: ["neutral", "dash", "Off"],
  missing_email: ["warn", "triangle", "Missing e-mail"],
  missing_username: ["warn", "triangle", "Missing username"],
  bounced: ["bad", "cross", "Bounced"],
  not_invited: ["neutral", "ring", "Not invited"],
  inviting: ["info", "clock", "Invitation on its way"],
  invited: ["info", "clock", "Invited · {left} left"],
  invitation_expired: ["warn", "half", "Invitation expired"],
  active: ["ok", "dot", "Active"],
  brought_along: ["ok", "ring", "Password brought along"],
  resetting: ["info", "clock", "{base} · reset on its way"],
  reset_sent: ["info", "clock", "{base} · reset sent"],
  stopped: ["warn", "square", "Stopped"],
};

/** @param {Contact} contact @param {number} now @returns {Badge} */
export function badgeOf(contact, now) {
  const [tone, shape, word] = BADGES[stateOf(contact, now)];
  const base = contact.has_password ? "Active" : "Stopped";
  return { tone, shape, word: word.replace("{left}", short(left(contact, now))).replace("{base}", base) };
}

/** What the state means, and what comes next. @param {Contact} contact @param {Retailer | undefined} retailer @param {number} now */
export function meaningOf(contact, retailer, now) {
  const own = contact.has_password ? "Their own password keeps working until then." : "Their own password is stopped.";
  const inTime = spelt(left(contact, now));
  switch (stateOf(contact, now)) {
    case "inactive":
      return retailer?.active === false
        ? `${retailer.name} is not an active customer: nobody there can sign in, and no mail is sent.`
        : `${contact.name} is no longer active at ${retailer?.name ?? "their retailer"}: no signing in, no mail.`;
    case "off": return "Website access is turned off, so they can’t sign in and no mail is sent. Turning it on loses nothing.";
    case "missing_email": return "An e-mail address is missing. Without one no temporary password can be mailed.";
    case "missing_username": return "A username is missing. Without one they can’t sign in.";
    case "bounced": return "The mail server refused their e-mail address. They need a working one before anything can be mailed.";
    case "not_invited": return "They can’t sign in yet. Next: send the website invitation.";
    case "inviting": return "The website invitation is on its way to the mail server.";
    case "invited": return `Next: they sign in with the mailed temporary password and choose their own. It runs out in ${inTime}.`;
    case "invitation_expired": return "Their invitation ran out, was called back, or could not be mailed. Next: send it again.";
    case "active": return "They sign in with a password of their own.";
    case "brought_along": return "They sign in with the password of the old system; it is kept anew then.";
    case "resetting": return `A password reset is on its way to the mail server. ${own}`;
    case "reset_sent":
      return `Next: they sign in with the mailed temporary password, which runs out in ${inTime}, and choose a new one. ${own}`;
    case "stopped": return "Their own password is stopped, and no temporary one is good any more. Next: send a password reset.";
  }
}

/** What sending a temporary password is called for this contact. @param {Contact} contact */
export const actOf = (contact) => (contact.was_welcomed ? "Send password reset" : "Send website invitation");

/** Whether one can be sent at all. @param {Contact} contact @param {number} now */
export const canSend = (contact, now) =>
  !["inactive", "off", "missing_email", "missing_username", "bounced"].includes(stateOf(contact, now));

/**
 * The access a contact will have once changes that wait have arrived, as far as can be told here.
 * @param {Contact} before @param {Contact} after @returns {import("./shapes.js").Access}
 */
export function accessAfter(before, after) {
  const state = expected(before, after);
  return state === before.access.state ? before.access : { state, until: null, then: null };
}

/** @param {Contact} before @param {Contact} after @returns {AccessState} */
function expected(before, after) {
  const changed = before.email !== after.email;
  const is = before.access.state;
  if (is === "inactive") return is;
  if (!after.website_access) return "off";
  if (!after.email) return "missing_email";
  if (!after.username) return "missing_username";
  // Another address calls back whatever was mailed to the one before.
  const called = changed && ["inviting", "invited", "resetting", "reset_sent"].includes(is);
  if (!called && !["off", "missing_email", "missing_username", ...(changed ? ["bounced"] : [])].includes(is)) return is;
  if (after.has_password) return "active";
  if (after.was_welcomed) return "stopped";
  return called ? "invitation_expired" : "not_invited";
}

/** Until it runs out, in milliseconds. @param {Contact} contact @param {number} now */
const left = ({ access }, now) => (access.until ? Math.max(0, Date.parse(access.until) - now) : 0);

/** Days from three on, hours from one on, else minutes. @param {number} ms @returns {[count: number, unit: "day" | "hour" | "minute"]} */
function largest(ms) {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return [Math.max(1, minutes), "minute"];
  return hours < 72 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
}

/** A span in its largest unit, spelt out: `31 hours`. @param {number} ms */
export function spelt(ms) {
  const [count, unit] = largest(ms);
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

/** A span in its largest unit, short: `31 h`. @param {number} ms */
export function short(ms) {
  const [count, unit] = largest(ms);
  return `${count} ${{ day: "d", hour: "h", minute: "min" }[unit]}`;
}
