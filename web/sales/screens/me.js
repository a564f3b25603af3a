// @ts-check
/** Who one is, this device and others, and signing out. */
import { button, card, el, empty, facts, link, notice, time } from "../dom.js";
import { showKeys } from "../keys.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../shapes.js").Device} Device */

/** @param {App} app @returns {import("../main.js").Screen} */
export function me(app) {
  /** @type {Device[] | null} */
  let devices = null;
  let fault = "";
  /** @type {AbortSignal} */
  let open;

  async function read() {
    const answer = await app.api.get("/api/v1/devices");
    if (open.aborted || !answer.ok) return;
    devices = answer.body.items;
    app.redraw();
  }

  /** @param {string} path @param {import("../api.js").Asking} asking @param {string} done */
  async function ask(path, asking, done) {
    const answer = await app.api.ask(path, asking);
    fault = answer.ok ? "" : (answer.problem?.errors?.[0]?.detail ?? answer.problem?.detail ?? "The server was not reached. Nothing was changed; try again when there is a network.");
    if (answer.ok) app.toast(done);
    await app.sync.run();
    await read();
    app.redraw();
  }

  return {
    start(signal) {
      open = signal;
      void read();
    },
    render() {
      const person = app.sync.me;
      if (!person) return { title: "Me", detail: [link("Retailers", "back", "/sales", "quiet back"), empty("Nobody is signed in", "Sign in to see your customers.", "user", el("a", { class: "button primary", href: "/sales/login", "data-server": true }, "Sign in"))] };
      return {
        title: "Me",
        detail: [
          link("Retailers", "back", "/sales", "quiet back"),
          el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, person.name), el("p", { class: "sub" }, person.role))),
          fault && notice("bad", "", el("p", {}, fault)),
          card("You", el("div", { class: "card-body" }, facts([
            ["Territories", person.permissions.reach === "all_retailers" ? "all retailers" : person.territories.join(", ") || "none: ask the office"],
            ["Second factor", person.second_factor.has_factor ? "set up" : "not set up"],
          ]), el("div", { class: "form-actions" }, el("a", { class: "button", href: "/sales/me/second-factor", "data-server": true, "aria-disabled": navigator.onLine ? null : "true" }, person.second_factor.has_factor ? "Manage second factor" : "Set up a second factor"), !navigator.onLine && el("span", { class: "small muted" }, "needs a network")))),
          card("This device", el("div", { class: "card-body" }, name(person.device, ask))),
          devices && devices.length > 1 && card("Your other devices", el("ul", { class: "acts" }, devices.filter(({ current }) => !current).map((device) => other(device, ask)))),
          card("The app", el("div", { class: "card-body" },
            el("p", {}, app.updates.ready ? "A newer version is on this device and waits." : "This is the newest version this device knows of."),
            el("div", { class: "form-actions" }, app.updates.ready && button("Use the newer version", "refresh", () => app.updates.take()), button("Keys", "info", showKeys)))),
          card("Sign out", el("div", { class: "card-body" }, el("p", {}, "Your customers are removed from this device."), el("div", { class: "form-actions" }, button("Sign out", "sign-out", () => void signOut(app, false), { class: "danger", id: "sign-out" })))),
        ],
      };
    },
  };
}

/** @param {Device} device @param {(path: string, asking: import("../api.js").Asking, done: string) => Promise<void>} ask */
function name(device, ask) {
  const input = el("input", { class: "input", id: "device-name", maxlength: 60, value: device.name, autocomplete: "off", "aria-describedby": "device-hint" });
  const rename = (/** @type {Event} */ event) => {
    event.preventDefault();
    void ask("/api/v1/devices/current", { method: "PATCH", body: { name: input.value } }, "Renamed");
  };
  return el("form", { class: "form", onsubmit: rename }, el("div", { class: "field" }, el("label", { for: "device-name" }, "Name"), input,
    el("p", { class: "hint", id: "device-hint" }, "How you and the office recognise it, when it is lost for example.")), el("div", { class: "form-actions" }, el("button", { type: "submit", class: "button" }, "Rename")));
}

/** @param {Device} device @param {(path: string, asking: import("../api.js").Asking, done: string) => Promise<void>} ask */
const other = (device, ask) => el("li", {}, el("div", { class: "row between" }, el("strong", {}, device.name),
  button("Revoke", "", () => revoke(device, ask), { class: "small danger", id: `revoke-${device.id}` })),
  el("p", { class: "small muted" }, "Last used ", time(device.last_seen_at), device.address && ` from ${device.address}`, ". Revoking removes your customers from it, and what waits there."));

/** Asks once more: this can't be taken back. @param {Device} device @param {(path: string, asking: import("../api.js").Asking, done: string) => Promise<void>} ask */
function revoke(device, ask) {
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "revoke-title", onclose: () => dialog.remove() },
    el("div", { class: "stack" },
      el("h2", { id: "revoke-title" }, `Revoke ${device.name}?`),
      el("p", {}, "It is signed out, and your customers are removed from it. What waits there to be sent is lost."),
      el("div", { class: "form-actions" },
        button("Revoke this device", "", () => {
          dialog.close();
          void ask(`/api/v1/devices/${device.id}`, { method: "DELETE" }, `Revoked: ${device.name}`);
        }, { class: "danger" }),
        button("Keep it", "", () => dialog.close()))));
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {App} app @param {boolean} despite */
async function signOut(app, despite) {
  const left = await app.sync.signOut({ despite });
  if (left.outcome === "signed-out") return location.assign("/sales/login");
  if (left.outcome === "unreached") return app.toast("Signing out needs a network, so that this device can’t be used any more. Nothing was changed.");
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "leave-title", onclose: () => dialog.remove() },
    el("div", { class: "stack" },
      el("h2", { id: "leave-title" }, left.count === 1 ? "One act waits to be sent" : `${left.count} acts wait to be sent`),
      el("p", {}, "If you sign out now, they stay on this device and are sent when you sign in here again. Better: wait until they are sent."),
      el("div", { class: "form-actions" },
        el("a", { class: "button primary", href: "/sales/sync", onclick: () => dialog.close() }, "See what waits"),
        button("Sign out all the same", "", () => {
          dialog.close();
          void signOut(app, true);
        }, { class: "danger" }),
        button("Stay signed in", "", () => dialog.close()))));
  document.body.append(dialog);
  dialog.showModal();
}
