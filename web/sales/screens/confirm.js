// @ts-check
/** The right contact, before a temporary password is sent (promise 11). */
import { actOf, canSend, meaningOf, spelt } from "../badges.js";
import { StorageError } from "../db.js";
import { address, back, button, el, link, mark, notice } from "../dom.js";
import { notEntered } from "./faults.js";
import { gone, may } from "./retailer.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../customers.js").ShownContact} ShownContact */

/** How long what the server knows is waited for. */
const PATIENCE_MS = 3000;
/** How long a changed address is pointed out. */
const RECENTLY_MS = 7 * 24 * 3600_000;

/** @param {App} app @param {string} id @returns {import("../main.js").Screen} */
export function confirmReset(app, id) {
  /** What the server says now; `undefined`: not known yet, `null`: it can't be asked. @type {import("../shapes.js").ContactDetail | null | undefined} */
  let fresh;
  let unreached = !navigator.onLine;
  let stop = false;
  let busy = false;
  let fault = "";
  return {
    async start(signal) {
      // The server knows nothing yet of who was made here.
      const answer = navigator.onLine && !app.queue.record(id) ? await app.api.ask(`/api/v1/contacts/${id}`, { timeoutMs: PATIENCE_MS }) : null;
      if (signal.aborted) return;
      fresh = answer?.ok ? answer.body : null;
      unreached = answer?.reached === false;
      app.redraw();
    },
    render() {
      const stored = app.customers.contact(id);
      if (!stored) return gone(app, "This contact is not on this device", "They may have moved out of your territories, or were merged or erased.");
      const found = { ...stored, ...fresh, waiting: stored.waiting };
      const at = app.customers.retailer(found.retailer);
      const act = actOf(found);
      const problem = !may(app, "trigger_reset") ? "Your role doesn’t allow it." : canSend(found, Date.now()) ? "" : meaningOf(found, at, Date.now());
      const shown = { title: `${act}?`, retailer: found.retailer, contact: id };
      const way = back(found.name, `/sales/contacts/${id}`);
      const head = [el("h1", {}, `${act}?`), who(found, at)];
      if (problem) return { ...shown, detail: [way, el("section", { class: "confirm" }, head, notice("bad", "Nothing can be sent now", el("p", {}, problem)), link("Back", "", `/sales/contacts/${id}`))] };
      const form = el("section", { class: "confirm" },
        head,
        el("p", {}, sentence(app, found)),
        warnings(app, found, fresh, unreached || !navigator.onLine),
        found.has_password && app.sync.me?.reset.may_stop_current && el("div", { class: "checkbox" },
          el("input", { type: "checkbox", id: "stop", checked: stop, "aria-describedby": "stop-hint", onchange: (/** @type {Event} */ event) => (stop = /** @type {HTMLInputElement} */ (event.target).checked) }),
          el("label", { for: "stop" }, "Stop the current password now and sign out everywhere"),
          el("p", { class: "hint", id: "stop-hint" }, "When the account is in wrong hands.")),
        fault && notice("bad", "", el("p", {}, fault)));
      return {
        ...shown,
        detail: [way, form],
        thumb: [button(act, "send", () => void send(found), { class: "primary", id: "send" }), link("Cancel", "", `/sales/contacts/${id}`)],
      };
    },
  };

  /** @param {ShownContact} found */
  async function send(found) {
    if (busy) return;
    busy = true;
    try {
      const record = await app.queue.enter({ kind: "reset", retailer: found.retailer, contact: id, body: stop ? { stop_current: true } : {} });
      app.go(`/sales/contacts/${id}/resets/${record.key}`, { replace: true });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      fault = notEntered(error.fault);
      app.redraw();
    } finally {
      busy = false;
    }
  }
}

/** @param {ShownContact} found @param {import("../shapes.js").Retailer | undefined} at */
const who = (found, at) => el("div", { class: "who" },
  el("p", { class: "person" }, found.name),
  el("p", { class: "at" }, [found.position, at?.name].filter(Boolean).join(" · ")),
  el("p", { class: "account" }, `Account ${at?.account_number ?? "unknown"}`),
  found.email && address(found.email, "To"));

/** What will happen. @param {App} app @param {ShownContact} found */
function sentence({ sync }, found) {
  const reset = sync.me?.reset;
  const mail = `${found.name} gets a mail with a temporary password, good for ${spelt((reset?.valid_for_s ?? 48 * 3600) * 1000)} and only for choosing`;
  if (!found.was_welcomed) return `${mail} one of their own.`;
  if (!found.has_password) return `${mail} a new one. Their own password was stopped before and stays so.`;
  return reset?.may_stop_current === false
    ? `${mail} a new one. Their own password stops working at once, and they are signed out everywhere.`
    : `${mail} a new one. Their own password keeps working until then.`;
}

/** @param {App} app @param {ShownContact} found @param {import("../shapes.js").ContactDetail | null | undefined} fresh @param {boolean} unreached */
function warnings(app, found, fresh, unreached) {
  const cautions = fresh ? [...fresh.cautions] : known(app, found);
  if (unreached) cautions.push("There is no network now. It is sent by itself when there is one, and only once.");
  const before = found.waiting?.reset;
  if (before) cautions.push("One is waiting to be sent from this device already.");
  return cautions.length > 0 && el("ul", { class: "warnings" }, cautions.map((caution) => el("li", {}, mark("triangle"), el("span", {}, caution))));
}

/** What can be told without the server. @param {App} app @param {ShownContact} found */
function known(app, found) {
  const sharing = app.customers.sharing(found).length;
  const changed = found.email_changed_at ? Date.now() - Date.parse(found.email_changed_at) : Infinity;
  return [
    sharing === 1 && "One other contact uses the same address. The mail says whom it is for.",
    sharing > 1 && `${sharing} other contacts use the same address. The mail says whom it is for.`,
    changed < RECENTLY_MS && `The address was changed ${spelt(changed)} ago.`,
  ].filter((one) => one !== false);
}
