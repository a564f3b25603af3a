// @ts-check
/** Resets and invitations in rows and steps. */
import { badge, el, mark, time } from "../dom.js";

/** @typedef {import("../shapes.js").Reset} Reset */
/** @typedef {import("../records.js").QueueRecord} QueueRecord */

/** @param {Pick<Reset, "kind">} reset */
export const whatItIs = ({ kind }) => (kind === "invitation" ? "Website invitation" : "Password reset");

/** @param {Reset} reset */
export const resetRow = (reset) =>
  el("li", {}, el("a", { href: `/sales/contacts/${reset.contact}/resets/${reset.id}` }, el("span", { class: "name" }, whatItIs(reset)), badge(reset.badge),
    el("span", { class: "sub" }, time(reset.requested_at), ` by ${reset.started_by}`)));

/** One that has not reached the server. @param {QueueRecord} record */
export const waitingReset = (record) =>
  el("li", {}, el("a", { href: `/sales/contacts/${record.contact}/resets/${record.key}` }, el("span", { class: "name" }, "Waits to be sent"), badge(waitingBadge(record)),
    el("span", { class: "sub" }, "Asked for ", time(new Date(record.entered_at).toISOString()))));

/** @param {QueueRecord} record @returns {import("../shapes.js").Badge} */
export function waitingBadge({ state }) {
  if (state === "attention") return { tone: "bad", shape: "triangle", word: "Needs you" };
  return { tone: "info", shape: "clock", word: state === "sending" ? "Sending" : "Waiting" };
}

/** @type {Record<string, string>} */
const SPOKEN = { done: "done", now: "now", todo: "to come" };

/** The same list of steps as in the portal. @param {Reset["steps"]} steps */
export const stepList = (steps) =>
  el("ol", { class: "steps" }, steps.map(({ state, title, at, text, then }) =>
    el("li", { class: state, "aria-current": state === "now" && "step" },
      el("span", { class: "mark", "aria-hidden": "true" }, mark({ done: "check", bad: "cross" }[state] ?? "dash")),
      el("strong", {}, title, " ", at && time(at, form(at)), SPOKEN[state] && el("span", { class: "visually-hidden" }, ` (${SPOKEN[state]})`)),
      text && el("span", { class: "small" }, text, " ", then && time(then)))));

/** For how long a time of day says enough without its day. @param {string} at */
const form = (at) => (Date.now() - Date.parse(at) < 12 * 3600_000 ? "clock" : "exact");
