// @ts-check
/** The keyboard: everything can be reached by it, and often sooner. */
import { el } from "./dom.js";

/** @type {[string[], string][]} */
const KEYS = [
  [["/"], "Search"],
  [["↓", "↑"], "Through a list"],
  [["Enter"], "Open; in the search, what is found first"],
  [["Esc"], "Clear the search, or go back"],
  [["g", "s"], "Sync centre"],
  [["g", "m"], "Me"],
  [["?"], "These keys"],
];

/** @param {import("./main.js").App} app @param {import("./list.js").ListPane} list */
export function listenToKeys(app, list) {
  let before = "";
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (key === "ArrowDown" || key === "ArrowUp") return along(event, key === "ArrowDown" ? 1 : -1);
    if (target instanceof HTMLInputElement && target === list.search) {
      if (key === "Enter") return list.openFirst();
      if (key !== "Escape") return;
      list.search.value = "";
      list.search.dispatchEvent(new Event("input"));
      return list.search.blur();
    }
    if (target instanceof HTMLElement && target.closest("input, textarea, select")) return;
    const sequence = before + key;
    before = key === "g" ? "g" : "";
    if (key === "/") {
      event.preventDefault();
      if (!list.search.checkVisibility()) app.go("/sales");
      list.search.focus();
      list.search.select();
    } else if (key === "Escape") {
      document.querySelector(".pane-detail .back") instanceof HTMLAnchorElement && /** @type {HTMLAnchorElement} */ (document.querySelector(".pane-detail .back")).click();
    } else if (key === "?") showKeys();
    else if (sequence === "gs") app.go("/sales/sync");
    else if (sequence === "gm") app.go("/sales/me");
  });
}

/** To the next or previous link of the list one is in; from the search into it. @param {KeyboardEvent} event @param {1 | -1} by */
function along(event, by) {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return;
  const pane = target.closest(".pane-list, .pane-detail");
  if (!pane || (target.matches("input, textarea, select") && target.id !== "search")) return;
  const links = [...pane.querySelectorAll(".list a")].filter((link) => link instanceof HTMLElement);
  const at = links.indexOf(target);
  if (at === -1 && target.id !== "search") return;
  const next = at + by < 0 ? document.getElementById("search") : links[at + by];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

export function showKeys() {
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    el("div", { class: "dialog-head" }, el("h2", { id: "keys-title" }, "Keys"),
      el("button", { type: "button", class: "button quiet icon-only", "aria-label": "Close", onclick: () => dialog.close() }, "✕")),
    el("dl", { class: "keys" }, KEYS.map(([keys, what]) => el("div", {}, el("dt", {}, what), el("dd", {}, keys.map((key) => el("kbd", {}, key)))))));
  document.body.append(dialog);
  dialog.showModal();
}
