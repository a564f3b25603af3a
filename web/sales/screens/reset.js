// @ts-check
/** What becomes of one reset: first on this device, then on its way. */
import { problemKey } from "../api.js";
import { announce, back, badge, button, card, el, link, notice } from "../dom.js";
import { decide } from "./decide.js";
import { gone, may } from "./retailer.js";
import { stepList, waitingBadge, whatItIs } from "./resets.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../shapes.js").Reset} Reset */

/** @param {App} app @param {string} contact @param {string} id of the reset, or the key of the record that asks for it @returns {import("../main.js").Screen} */
export function reset(app, contact, id) {
  /** @type {Reset | null} */
  let known = null;
  let missing = false;
  return {
    start(signal) {
      let following = "";
      const follow = () => {
        const which = app.queue.record(id)?.result?.reset ?? (app.queue.record(id) ? null : id);
        if (!which || which === following || signal.aborted) return;
        following = which;
        const path = `/api/v1/contacts/${app.queue.record(id)?.result?.contact ?? contact}/resets/${which}`;
        void app.api.get(path).then((answer) => {
          if (signal.aborted) return;
          if (answer.ok) heard(answer.body);
          else if (problemKey(answer) === "not-found") missing = true;
          else following = "";
          app.redraw();
          if (answer.ok && !answer.body.final) app.api.follow(path, "reset", heard, signal);
        });
      };
      /** @param {Reset} reset */
      const heard = (reset) => {
        if (known?.state !== reset.state) {
          announce(`${whatItIs(reset)}: ${reset.badge.word}`);
          // The list beside it is to say the same.
          void app.sync.run();
        }
        known = reset;
        app.redraw();
      };
      follow();
      app.queue.addEventListener("sent", follow, { signal });
      addEventListener("online", follow, { signal });
    },
    render() {
      const found = app.customers.contact(contact);
      const record = app.queue.record(id);
      if (!found || missing) return gone(app, "This reset can’t be seen", "The contact may have moved out of your territories.");
      const at = app.customers.retailer(found.retailer);
      const what = known ? whatItIs(known) : found.was_welcomed ? "Password reset" : "Website invitation";
      return {
        title: `${what} for ${found.name}`,
        retailer: found.retailer,
        contact,
        detail: [
          back(found.name, `/sales/contacts/${contact}`),
          el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, `${what} for ${found.name}`), el("p", { class: "sub" }, [found.position, at && `${at.name} · Account ${at.account_number}`].filter(Boolean).join(" at ")))),
          card("Where it stands", el("div", { class: "card-body" }, known ? progress(app, known) : record ? onDevice(app, record) : unknown(app))),
        ],
        thumb: [link("Back to contact", "", `/sales/contacts/${contact}`), known?.may_cancel && may(app, "trigger_reset") && button(`Call this ${known.kind === "invitation" ? "invitation" : "reset"} back`, "", () => void callBack(app, found.retailer, /** @type {Reset} */ (known)), { class: "danger", id: "call-back" })],
      };
    },
  };
}

/** @param {App} app @param {Reset} known */
function progress(app, known) {
  const waits = app.queue.records.some(({ kind, body, state }) => kind === "cancel-reset" && body.reset === known.id && state !== "done");
  return [stepList(known.steps), waits && notice("info", "", el("p", {}, "Calling it back waits for the network."))];
}

/** @param {App} app @param {import("../records.js").QueueRecord} record */
function onDevice(app, record) {
  if (record.state === "attention") return [badge(waitingBadge(record)), decide(app, record)];
  const title = record.state === "sending" ? "Sending" : navigator.onLine && app.queue.standing === "idle" ? "Sending" : "Waiting for the network";
  return stepList([
    { state: "done", title: "Entered on this device", at: new Date(record.entered_at).toISOString(), text: "Closing the app loses nothing.", then: null },
    { state: record.state === "done" ? "done" : "now", title, at: null, text: title === "Sending" ? "" : "It is sent by itself as soon as there is one, and only once.", then: null },
    { state: "todo", title: "Handed over", at: null, text: "", then: null },
    { state: "todo", title: "Used", at: null, text: "", then: null },
  ]);
}

/** @param {App} app */
const unknown = ({ sync }) => navigator.onLine && sync.standing !== "unreached" ? el("ul", { class: "skeletons", "aria-label": "Reading" }, el("li", {})) : el("p", {}, "Where it stands is shown when there is a network.");

/** @param {App} app @param {string} retailer @param {Reset} known */
async function callBack(app, retailer, known) {
  await app.queue.enter({ kind: "cancel-reset", retailer, contact: known.contact, body: { reset: known.id } });
  app.toast(navigator.onLine ? "Called back" : "It is called back when there is a network");
}
