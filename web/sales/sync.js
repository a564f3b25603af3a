// @ts-check
/**
 * Keeps the customers on the device as the server has them, and forgets them when they are nobody's any
 * more: another person's, a revoked device's, or not looked after for thirty days.
 */
import { problemKey } from "./api.js";
import { StorageError } from "./db.js";
import { exportAll, openKeys } from "./export.js";
import { pull } from "./feeds.js";

/** @typedef {import("./shapes.js").Me} Me */
/** @typedef {import("./api.js").Answer} Answer */

/** Customers nobody brought up to date for so long are removed, in milliseconds. */
const KEPT_FOR_MS = 30 * 24 * 3600_000;

/** How often it is looked for changes while the app is seen, in milliseconds. */
const EVERY_MS = 120_000;
/** How soon again when the server was not reached, in milliseconds. */
const AGAIN_MS = 15_000;

/**
 * `starting` before anything is known; `current` the last pull went through; `unreached` it did not;
 * `signed-out` a person has to sign in; `second-factor` they have to set one up or prove it; `not-allowed`
 * they may not see customers; `revoked` everything was wiped; `broken` the server failed;
 * `storage` what came can't be kept on the device (`fault` says why).
 * @typedef {"starting" | "current" | "unreached" | "signed-out" | "second-factor" | "not-allowed" | "revoked" | "broken" | "storage"} SyncStanding
 */

/** @typedef {import("./queue.js").Parts & { queue: import("./queue.js").Queue, customers: import("./customers.js").Customers }} SyncParts */

/**
 * Events: `change` anything about it; `signed-out` go and sign in; `revoked` everything is gone;
 * `other-person` the customers of the person before were removed.
 */
export class Sync extends EventTarget {
  #parts;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {Promise<void> | null} */
  #running = null;
  #again = false;
  /** @type {SyncStanding} */
  standing = "starting";
  /** What is wrong with the device's storage. @type {import("./db.js").StorageFault | null} */
  fault = null;
  /** Who the data belongs to; known also without network. @type {Me | null} */
  me = null;
  /** As of when the customers are right (RFC 3339); `null`: there are none yet. @type {string | null} */
  asOf = null;
  /** What was read in the pull that goes on, to show that it moves; `null`: none does. @type {{ retailers: number, contacts: number } | null} */
  progress = null;

  /** @param {SyncParts} parts */
  constructor(parts) {
    super();
    this.#parts = parts;
    parts.api.addEventListener("revoked", () => void this.#revoked());
    parts.queue.addEventListener("rested", () => void this.run());
    parts.queue.addEventListener("sign-in", () => void this.run());
    parts.tabs.addEventListener("data", () => void this.#heard());
    parts.tabs.addEventListener("wiped", () => location.reload());
  }

  /** Reads what is on the device; removes customers too old to be trusted. Says whether there is somebody's data. */
  async load() {
    const { db } = this.#parts;
    const contact = await db.meta("reached-at");
    if (contact && Date.now() - contact > KEPT_FOR_MS) await this.#forgetCustomers();
    await this.#read();
    this.#parts.device.holds = this.#parts.api.hasTokens = this.me !== null;
    return this.me !== null;
  }

  /** From now on it is kept up to date: at once, when the network comes, when the app is looked at, every two minutes. */
  start() {
    addEventListener("online", () => void this.run());
    document.addEventListener("visibilitychange", () => this.#watch());
    this.#watch();
  }

  /** Pulls what changed. @returns {Promise<void>} */
  run() {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#pulls().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * Signs out on the server, wipes the customers and what is done, and signs out of the pages. What waits
   * is lost to nobody: it is refused while something waits; `despite` keeps that on the device until the same person is back.
   * @param {{ despite?: boolean }} [how]
   * @returns {Promise<{ outcome: "signed-out" } | { outcome: "waits", count: number } | { outcome: "unreached" }>}
   */
  async signOut({ despite = false } = {}) {
    const { waiting, sending, attention } = this.#parts.queue.counts;
    const count = waiting + sending + attention;
    if (count && !despite) return { outcome: "waits", count };
    // Killed half-way, the app goes on with it when it starts.
    await this.#parts.db.setMeta("leaving", true);
    if (await this.#leave()) return { outcome: "signed-out" };
    await this.#parts.db.setMeta("leaving", undefined);
    return { outcome: "unreached" };
  }

  /**
   * Begins anew with an empty device. First comes `text`, the export of what waits, which the caller saves;
   * only then `wipe()`, which removes nothing when the queue has changed since (`changed`), or when the
   * server can't be reached (`unreached`): the device would be left without customers, and without the app.
   * @returns {Promise<{ text: string, wipe: () => Promise<"wiped" | "changed" | "unreached"> }>}
   */
  async startFresh() {
    const { db, api } = this.#parts;
    const { text, keys } = await exportAll(db);
    return {
      text,
      wipe: async () => {
        if (!(await api.get("/api/v1/me")).reached) return "unreached";
        const same = await db.write(["queue", "retailers", "contacts", "meta"], async (tx) => {
          if ((await openKeys(tx)) !== keys) return false;
          for (const store of /** @type {const} */ (["queue", "retailers", "contacts", "meta"])) tx.clear(store);
          return true;
        });
        if (same) await this.#forgetApp();
        return same ? "wiped" : "changed";
      },
    };
  }

  #watch() {
    clearInterval(this.#timer);
    if (document.visibilityState !== "visible") return;
    this.#timer = setInterval(() => void this.run(), EVERY_MS);
    void this.run();
  }

  async #pulls() {
    do {
      this.#again = false;
      // Another tab that is at it tells when it is done.
      await navigator.locks.request("tradepost-sales-sync", { ifAvailable: true }, async (lock) => {
        if (lock) await this.#pull().catch((error) => this.#notKept(error));
      });
    } while (this.#again);
  }

  /** @param {unknown} error */
  #notKept(error) {
    if (!(error instanceof StorageError)) throw error;
    this.fault = error.fault;
    this.progress = null;
    this.#stand("storage");
  }

  async #pull() {
    const { db, api, device, queue, customers, tabs } = this.#parts;
    if (this.standing === "revoked") return;
    // Somebody signed out, and the app was killed before it was done.
    if (await db.meta("leaving")) return void (await this.#leave());
    const answer = await device.me();
    if (!answer.ok) return this.#stand(standingOf(answer));
    const isNew = await this.#welcome(answer.body);
    await queue.load();
    // Whoever has just come in has acts from before.
    if (isNew || queue.standing === "sign-in") void queue.send();
    this.progress = { retailers: 0, contacts: 0 };
    const { answer: last, changed } = await pull({ db, api }, (kind, count) => {
      if (this.progress) this.progress[kind] += count;
      this.#say();
    });
    this.progress = null;
    await this.#read();
    if ((await this.#pullRequests()) || changed.retailers.length || changed.contacts.length) {
      tabs.tell("data");
      await customers.load(changed);
    }
    this.#stand(last.ok ? "current" : standingOf(last));
  }

  /** What was asked of the office, and what came of it. @returns {Promise<boolean>} whether any of it is new */
  async #pullRequests() {
    const { db, api } = this.#parts;
    const answer = await api.get("/api/v1/change-requests");
    if (!answer.ok) return false;
    return db.write(["meta"], async (tx) => {
      // The device was wiped meanwhile.
      if (!(await tx.get("meta", "me"))) return false;
      if (JSON.stringify(await tx.get("meta", "requests")) === JSON.stringify(answer.body.items)) return false;
      tx.setMeta("requests", answer.body.items);
      return true;
    });
  }

  /** Takes in who is signed in: another person's customers are removed before any of theirs come. @param {Me} me @returns {Promise<boolean>} whether it is somebody else than before */
  async #welcome(me) {
    const before = await this.#parts.db.write(["retailers", "contacts", "meta"], async (tx) => {
      const before = await tx.get("meta", "me");
      if (before && before.id !== me.id) {
        forget(tx);
        // What they had begun to type, and looked at.
        tx.clear("meta");
        tx.setMeta("signed-in", me.id);
      }
      tx.setMeta("me", me);
      tx.setMeta("reached-at", Date.now());
      return before;
    });
    this.me = me;
    this.#parts.device.holds = true;
    if (before?.id === me.id) return false;
    if (!before) return true;
    this.asOf = null;
    this.#parts.tabs.tell("data");
    await this.#parts.customers.load();
    this.dispatchEvent(new Event("other-person"));
    return true;
  }

  async #heard() {
    await this.#read();
    await this.#parts.queue.load();
    await this.#parts.customers.load();
    this.#say();
  }

  async #read() {
    const { db } = this.#parts;
    const [me, retailers, contacts] = await db.read(["meta"], (tx) =>
      Promise.all([tx.get("meta", "me"), tx.get("meta", "retailers-feed"), tx.get("meta", "contacts-feed")]));
    this.me = me ?? null;
    const both = [retailers?.as_of, contacts?.as_of];
    this.asOf = both.every(Boolean) ? both.sort()[0] : null;
  }

  /** @returns {Promise<boolean>} whether the server knows */
  async #leave() {
    const { db, device, queue, customers, tabs } = this.#parts;
    const answer = await device.leave();
    if (!answer.ok && answer.status !== 401) return false;
    await db.write(["queue", "retailers", "contacts", "meta"], async (tx) => {
      forget(tx);
      tx.clear("meta");
      tx.setMeta("leaving", true);
      for (const { key, state } of await tx.all("queue")) if (state === "done") tx.remove("queue", key);
    });
    await endSession();
    await db.setMeta("leaving", undefined);
    await queue.load();
    await customers.load();
    tabs.tell("wiped");
    this.me = null;
    this.asOf = null;
    this.#stand("signed-out");
    return true;
  }

  /** Someone signed this device out: nothing stays. */
  async #revoked() {
    // Where nothing is, there is nothing to forget: somebody is about to sign in again.
    if (this.standing === "revoked" || !this.#parts.device.holds) return;
    this.standing = "revoked";
    const stores = /** @type {const} */ (["queue", "retailers", "contacts", "meta"]);
    await this.#parts.db.write([...stores], async (tx) => stores.forEach((store) => tx.clear(store)));
    await this.#forgetApp();
    // Otherwise the pages' session would let the device in again by itself.
    await endSession();
    await this.#parts.queue.load();
    this.me = null;
    this.asOf = null;
    this.#say();
    await this.#parts.customers.load();
    this.dispatchEvent(new Event("revoked"));
  }

  /** The app's own files go, too, and come again with the next start. */
  async #forgetApp() {
    for (const registration of await (navigator.serviceWorker?.getRegistrations() ?? [])) await registration.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
    this.#parts.tabs.tell("wiped");
  }

  async #forgetCustomers() {
    await this.#parts.db.write(["retailers", "contacts", "meta"], async (tx) => forget(tx));
  }

  /** @param {SyncStanding} standing */
  #stand(standing) {
    const before = this.standing;
    if (before === "revoked") return;
    this.standing = standing;
    this.#say();
    clearTimeout(this.#soon);
    if (standing === "unreached" && document.visibilityState === "visible") this.#soon = setTimeout(() => void this.run(), AGAIN_MS);
    if (standing === "signed-out" && before !== standing) this.dispatchEvent(new Event("signed-out"));
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Ends the session of the pages; what they answer is for nobody. */
async function endSession() {
  await fetch("/sales/logout", { method: "POST", redirect: "manual", body: new URLSearchParams(), signal: AbortSignal.timeout(8000) }).catch(() => null);
}

/** @param {import("./db.js").Tx} tx */
function forget(tx) {
  tx.clear("retailers");
  tx.clear("contacts");
  tx.setMeta("retailers-feed", undefined);
  tx.setMeta("contacts-feed", undefined);
}

/** @param {Answer} answer @returns {SyncStanding} */
function standingOf(answer) {
  const problem = problemKey(answer);
  if (problem === "device-revoked") return "revoked";
  if (answer.status === 401) return "signed-out";
  if (problem.startsWith("second-factor-")) return "second-factor";
  if (answer.status === 403 || problem === "not-found") return "not-allowed";
  return !answer.reached || answer.status === 429 || answer.status > 501 ? "unreached" : "broken";
}
