// @ts-check
/** Nothing chosen yet: the list alone. */
import { el, empty, link, notice } from "../dom.js";

/** @param {import("../main.js").App} app @returns {import("../main.js").Screen} */
export function home(app) {
  return {
    render() {
      if (app.sync.standing === "revoked") return { title: "Revoked", list: false, detail: revoked() };
      return { title: "Retailers", list: true, detail: [...others(app), empty("Choose a retailer", "Their contacts and website access open here.", "retailers")] };
    },
  };
}

function revoked() {
  return [
    el("h1", {}, "This device was signed out"),
    notice("bad", "Everything of your customers was removed from it", el("p", {}, "You, or someone in the office, revoked this device. If it is in your hands and you may use the app, sign in again.")),
    el("div", { class: "form-actions" }, el("a", { class: "button primary", href: "/sales/login", "data-server": true }, "Sign in")),
  ];
}

/** Acts of somebody else who used this device. @param {import("../main.js").App} app */
function others({ queue }) {
  const { others } = queue.counts;
  if (!others) return [];
  return [notice("info", "", el("p", {}, `${others === 1 ? "One act" : `${others} acts`} of another person who used this device still ${others === 1 ? "waits" : "wait"}. They are sent when that person signs in here; `, link("see the sync centre", "", "/sales/sync", "small")))];
}
