// @ts-check
/**
 * The app from its start: what is on the device is shown at once, the network comes after. One screen at a
 * time is open; it is drawn anew whenever anything it may show has changed.
 */
import { StorageError, askToPersist } from "./db.js";
import { openCore } from "./core.js";
import { announce } from "./dom.js";
import { Frame } from "./frame.js";
import { listenToKeys } from "./keys.js";
import { ListPane } from "./list.js";
import { screenAt } from "./routes.js";
import { notEntered, storageFault } from "./screens/faults.js";
import { Updates } from "./updates.js";

/** @typedef {Awaited<ReturnType<typeof openCore>>} Core */
/** @typedef {Core & { updates: Updates, kept: boolean | null, go: (href: string, how?: { replace?: boolean }) => void, redraw: () => void, toast: (text: string, act?: { label: string, run: () => void }) => void }} App */

/**
 * A screen: `title`; whom it is about, if anybody; what it shows beside the list; what stands at the thumb.
 * @typedef {{ title: string, retailer?: string, contact?: string, list?: boolean, detail: import("./dom.js").Child[], thumb?: import("./dom.js").Child[] }} View
 */
/** `start` is called once, when the screen opens; `signal` ends when it closes. @typedef {{ render: () => View, start?: (signal: AbortSignal) => void }} Screen */

const frame = new Frame();

/** @param {Core} core */
function begin(core) {
  /** @type {Screen} */
  let screen;
  let closing = new AbortController();
  let drawn = "";
  let path = "";
  const updates = new Updates();

  /** @type {App} */
  const app = {
    ...core,
    updates,
    kept: null,
    redraw,
    toast: (text, act) => frame.toast(text, act),
    go(href, { replace = false } = {}) {
      if (!replace) history.replaceState({ scrolled: frame.scrolled }, "");
      history[replace ? "replaceState" : "pushState"]({}, "", href);
      open();
    },
  };
  const list = new ListPane(app, frame.list);

  /** @param {number} [scrolled] */
  function open(scrolled) {
    closing.abort();
    closing = new AbortController();
    path = location.pathname;
    screen = screenAt(app, path);
    redraw();
    frame.arrive(scrolled);
    screen.start?.(closing.signal);
  }

  function redraw() {
    const view = screen.render();
    frame.draw(app, view);
    list.draw(view);
    const title = `${view.title} · ${document.body.dataset.supplier}`;
    if (title === drawn) return;
    document.title = drawn = title;
    announce(view.title);
  }

  for (const part of [core.customers, core.queue, core.sync, updates]) part.addEventListener("change", soon);
  updates.addEventListener("ready", soon);
  core.db.addEventListener("closed", () => frame.fault(storageFault("closed")));
  core.sync.addEventListener("revoked", () => app.go("/sales", { replace: true }));
  core.sync.addEventListener("signed-out", () => {
    // With nothing to show, the way in is all there is.
    if (!core.sync.me && !core.customers.count.retailers) location.assign("/sales/login");
  });
  core.queue.addEventListener("sent", (event) => {
    const { detail: record } = /** @type {CustomEvent<import("./records.js").QueueRecord>} */ (event);
    const made = record.kind === "create" && record.result?.contact;
    if (made && location.pathname.includes(record.key)) app.go(location.pathname.replace(record.key, made), { replace: true });
  });
  addEventListener("popstate", ({ state }) => {
    // A place on the same screen is none of another.
    if (location.pathname !== path) open(state?.scrolled);
  });
  addEventListener("unhandledrejection", (event) => {
    if (!(event.reason instanceof StorageError)) return;
    event.preventDefault();
    app.toast(notEntered(event.reason.fault));
  });
  for (const event of ["online", "offline"]) addEventListener(event, soon);
  document.addEventListener("click", (event) => follow(app, event));
  listenToKeys(app, list);
  // What runs out does so by the clock.
  setInterval(() => {
    if (document.visibilityState === "visible") redraw();
  }, 30_000);

  let drawing = 0;
  function soon() {
    drawing ||= requestAnimationFrame(() => {
      drawing = 0;
      redraw();
    });
  }

  open();
  core.sync.start();
  core.queue.start();
  void updates.start();
  void askToPersist().then((kept) => (app.kept = kept));
}

/** Links within the app don't load a page. @param {App} app @param {MouseEvent} event */
function follow(app, event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(anchor instanceof HTMLAnchorElement) || anchor.origin !== location.origin || anchor.hash) return;
  if (!anchor.pathname.startsWith("/sales") || anchor.hasAttribute("data-server")) return;
  event.preventDefault();
  app.go(anchor.pathname);
}

try {
  begin(await openCore({ waits: () => frame.fault(storageFault("blocked")) }));
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
  frame.fault(storageFault(error.fault));
}
