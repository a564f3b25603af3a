// @ts-check
/** The sync centre: what waits, what needs a person, what was done, and how the data stands. */
import { badge, button, card, el, empty, link, notice, time } from "../dom.js";
import { syncState } from "../frame.js";
import { decide, discard, nameOf } from "./decide.js";
import { waitingBadge } from "./resets.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../records.js").QueueRecord} QueueRecord */

/** @param {App} app @returns {import("../main.js").Screen} */
export function syncCentre(app) {
  return {
    render() {
      const { records, counts } = app.queue;
      const attention = records.filter(({ state }) => state === "attention");
      const waiting = records.filter(({ state }) => state === "waiting" || state === "sending");
      const done = records.filter(({ state }) => state === "done").toReversed();
      return {
        title: "Sync centre",
        detail: [
          link("Retailers", "back", "/sales", "quiet back"),
          el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, "Sync centre"), badge(syncState(app))),
            !waiting.length && el("div", { class: "actions" }, button("Look now", "refresh", () => void now(app), { id: "look-now" }))),
          attention.length > 0 && card(attention.length === 1 ? "Needs you" : `${attention.length} need you`, el("ul", { class: "acts" }, attention.map((record) => decision(app, record)))),
          standing(app),
          card("Waiting to be sent", waiting.length ? el("ul", { class: "acts" }, waiting.map((record) => waits(app, record))) : empty("Nothing waits", "What you do without network is kept here and sent by itself.", "check")),
          done.length > 0 && card("Done in the last two days", el("ul", { class: "list" }, done.map((record) => settled(app, record)))),
          others(counts),
          keep(app, counts.waiting + counts.sending + counts.attention + counts.others + counts.unknown),
        ],
        thumb: waiting.length ? [button("Send now", "send", () => void now(app), { class: "primary", id: "send-now" })] : [],
      };
    },
  };
}

/** @param {App} app */
async function now({ queue, sync }) {
  await Promise.all([queue.send(), sync.run()]);
}

/** @param {App} app */
function standing({ sync, queue, kept }) {
  const asOf = sync.asOf ? ["Your customers are as of ", time(sync.asOf), ". "] : ["Your customers have not been read yet. "];
  const why = {
    unreached: "The server was not reached; it is tried again by itself.",
    "signed-out": "Nobody is signed in.",
    "sign-in": "Nobody is signed in.",
    "second-factor": "Your second factor is asked for first.",
    "not-allowed": "Your role doesn’t let you see customers.",
    storage: "This device has no room for what came: free some space in its settings. Nothing was lost.",
    broken: "Something broke at the server. It is tried again by itself.",
  };
  const word = !navigator.onLine ? "There is no network." : (why[/** @type {keyof typeof why} */ (sync.standing)] ?? (queue.standing === "idle" ? "" : why[queue.standing]));
  return card("How it stands", el("div", { class: "card-body" }, el("p", {}, ...asOf, word),
    kept === false && notice("warn", "", el("p", {}, "The browser may clear this data when the device is full. Put the app on the home screen to keep it."))));
}

/** @param {App} app @param {QueueRecord} record */
const decision = (app, record) => el("li", { id: `act-${record.key}` }, el("div", { class: "row between" }, el("strong", {}, nameOf(app, record)), badge(waitingBadge(record))), entered(record), decide(app, record));

/** @param {App} app @param {QueueRecord} record */
const waits = (app, record) => el("li", { id: `act-${record.key}` },
  el("div", { class: "row between" }, el("strong", {}, nameOf(app, record)), badge(waitingBadge(record))),
  el("div", { class: "row between" }, entered(record), record.state === "waiting" && button("Discard", "trash", () => void discard(app, record), { class: "small danger", id: `discard-${record.key}` })));

/** @param {QueueRecord} record */
const entered = ({ entered_at, tries, state }) => el("p", { class: "small muted" }, "Entered ", time(new Date(entered_at).toISOString()), tries > 0 && state === "waiting" && ` · tried ${tries === 1 ? "once" : `${tries} times`}`);

/** @param {App} app @param {QueueRecord} record */
function settled(app, record) {
  const contact = record.result?.contact ?? record.contact;
  const href = record.kind === "reset" && record.result?.reset ? `/sales/contacts/${contact}/resets/${record.result.reset}` : `/sales/contacts/${contact}`;
  return el("li", {}, el("a", { href }, el("span", { class: "name" }, nameOf(app, record)), badge({ tone: "ok", shape: "check", word: "Done" }),
    el("span", { class: "sub" }, record.done_at && time(new Date(record.done_at).toISOString()), record.result?.replayed && " · it had arrived the first time")));
}

/** @param {import("../queue.js").Counts} counts */
function others({ others, unknown }) {
  return [
    others > 0 && notice("info", "", el("p", {}, `${others === 1 ? "One act waits" : `${others} acts wait`} of another person who used this device. They are sent when that person signs in here.`)),
    unknown > 0 && notice("warn", "", el("p", {}, `${unknown === 1 ? "One act was" : `${unknown} acts were`} entered by a newer version of the app. They stay here untouched: take the newer version to send them.`)),
  ];
}

/** @param {App} app @param {number} open */
const keep = (app, open) => card("Keep and start fresh", el("div", { class: "card-body" },
  el("p", {}, "What waits can be saved as a file, and taken up again here or on another device you are signed in on. Nothing happens twice."),
  el("div", { class: "form-actions" },
    button("Save what waits", "download", () => void app.queue.export().then((text) => handOver(text)), { disabled: open === 0 }),
    el("label", { class: "button" }, "Take up a saved file", el("input", { type: "file", class: "visually-hidden", accept: "application/json,.json", onchange: (/** @type {Event} */ event) => void takeUp(app, event) }))),
  el("p", {}, "Starting fresh removes everything from this device and reads it anew: for when something here seems wrong."),
  el("div", { class: "form-actions" }, button("Start fresh…", "", () => void startFresh(app, open), { class: "danger", id: "start-fresh" }))));

/** Gives a file to whoever can keep it: the share sheet of an iPad, or the downloads. @param {string} text */
async function handOver(text) {
  const name = `tradepost-waiting-${new Date().toISOString().slice(0, 10)}.json`;
  const file = new File([text], name, { type: "application/json" });
  if (navigator.maxTouchPoints > 0 && navigator.canShare?.({ files: [file] })) {
    return navigator.share({ files: [file] }).then(() => true, () => false);
  }
  const href = URL.createObjectURL(file);
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
  return true;
}

/** @param {App} app @param {Event} event */
async function takeUp(app, { target }) {
  const file = target instanceof HTMLInputElement ? target.files?.[0] : null;
  if (!file) return;
  const outcome = await app.queue.take(await file.text());
  if (target instanceof HTMLInputElement) target.value = "";
  if (!outcome) return app.toast("This is no file of what waited");
  const { taken, known, others, unreadable } = outcome;
  const parts = [`${taken} taken up`, known && `${known} were here already`, others && `${others} are another person’s`, unreadable && `${unreadable} can’t be read`];
  app.toast(parts.filter(Boolean).join(", "));
}

/** @param {App} app @param {number} open */
async function startFresh(app, open) {
  const { text, wipe } = await app.sync.startFresh();
  const fault = el("div", { role: "alert" });
  const go = el("button", { type: "button", class: "button danger primary", disabled: open > 0, onclick: () => void wiped() }, "Remove everything and start fresh");
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "fresh-title", onclose: () => dialog.remove() },
    el("div", { class: "stack" },
      el("h2", { id: "fresh-title" }, "Start fresh?"),
      open > 0 ? el("p", {}, `${open === 1 ? "One act waits" : `${open} acts wait`} on this device. Save ${open === 1 ? "it" : "them"} first; afterwards you take the file up again in the sync centre.`) : el("p", {}, "Nothing waits. Your customers are read anew."),
      fault,
      el("div", { class: "form-actions" },
        open > 0 && button("Save what waits", "download", () => void handOver(text).then((saved) => (go.disabled = !saved)), { class: "primary" }),
        go,
        button("Cancel", "", () => dialog.close()))));
  document.body.append(dialog);
  dialog.showModal();
  async function wiped() {
    const outcome = await wipe();
    if (outcome === "wiped") return location.assign("/sales");
    if (outcome === "unreached") {
      return fault.replaceChildren(notice("warn", "Nothing was removed", el("p", {}, "The server can’t be reached, so your customers could not be read again. Start fresh when there is a network.")));
    }
    dialog.close();
    app.toast("Something was entered meanwhile. Nothing was removed: begin again.");
  }
}
