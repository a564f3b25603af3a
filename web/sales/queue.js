// @ts-check
/**
 * What is to be done and has not arrived yet. Entering writes to the device first and then says so; what is
 * entered is sent by itself, once, in order per contact, and stays until the server or a person settled it.
 */
import { StorageError } from "./db.js";
import { exportAll, taken } from "./export.js";
import { DONE_FOR_MS, LONGEST_PAUSE_MS, inOrder, newKey, newRecord, readRecord, whatIsDue } from "./records.js";
import { Sender } from "./sender.js";

/** @typedef {import("./records.js").QueueRecord} QueueRecord */
/** @typedef {import("./records.js").UnknownRecord} UnknownRecord */
/** @typedef {Omit<import("./records.js").Act, "staff">} Entry */
/** @typedef {{ api: import("./api.js").Api, db: import("./db.js").Database, device: import("./device.js").Device, tabs: import("./tabs.js").Tabs }} Parts */

/**
 * How many records there are of the one who is signed in by state, of other staff users on this device, and
 * of newer apps.
 * @typedef {{ waiting: number, sending: number, attention: number, done: number, others: number, unknown: number }} Counts
 */

/**
 * What the server said last: `idle` nothing to tell, `unreached` it wasn't reached or is busy, `sign-in`
 * nobody is signed in, or must do something about their second factor first; `storage` the device couldn't
 * write down that it is sent, so it isn't.
 * @typedef {"idle" | "unreached" | "sign-in" | "storage"} Standing
 */

/**
 * Events: `change` anything about it; `sent` a record is done or needs a person (`detail`: the record as it is
 * now); `rested` some were, and nothing more is sent for now; `sign-in` nobody is signed in who could send.
 */
export class Queue extends EventTarget {
  #db;
  #tabs;
  #sender;
  /** @type {QueueRecord[]} */
  #records = [];
  /** @type {UnknownRecord[]} */
  #unknown = [];
  /** Whose app this is now. */
  #staff = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether anything was settled since it last rested. */
  #moved = false;
  /** @type {Standing} */
  standing = "idle";

  /** @param {Parts} parts */
  constructor(parts) {
    super();
    this.#db = parts.db;
    this.#tabs = parts.tabs;
    this.#sender = new Sender(parts, (record) => this.#settled(record));
    parts.tabs.addEventListener("queue", () => void this.load().then(() => this.#schedule()));
    parts.tabs.addEventListener("wiped", () => void this.load());
  }

  /** Reads the queue; first of all, and whenever another may have changed it. */
  async load() {
    const { stored, me } = await this.#db.write(["queue", "meta"], async (tx) => {
      const stored = await tx.all("queue");
      const old = Date.now() - DONE_FOR_MS;
      for (const { key, state, done_at } of stored) if (state === "done" && done_at < old) tx.remove("queue", key);
      return { stored: stored.filter(({ state, done_at }) => state !== "done" || done_at >= old), me: await tx.get("meta", "me") };
    });
    const read = stored.map((value) => readRecord(value) ?? { unknown: value });
    this.#records = inOrder(read.flatMap((one) => ("record" in one ? [one.record] : [])));
    this.#unknown = read.flatMap((one) => ("unknown" in one ? [one.unknown] : []));
    this.#staff = me?.id ?? "";
    this.#say();
  }

  /** From now on what waits is sent by itself: when the network comes, when the app is looked at, and every so often. */
  start() {
    addEventListener("online", () => void this.send());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.send();
    });
    void this.send();
  }

  /** Of the one who is signed in, in order; what is done for two days yet. @returns {readonly QueueRecord[]} */
  get records() {
    return this.#records.filter(({ staff }) => staff === this.#staff);
  }

  /** @param {string} contact an id, or the key of the record that makes it @returns {QueueRecord[]} what isn't done */
  openOf(contact) {
    return this.records.filter((record) => record.contact === contact && record.state !== "done");
  }

  /** @param {string} key */
  record(key) {
    return this.records.find((record) => record.key === key);
  }

  /** @returns {Counts} */
  get counts() {
    const counts = { waiting: 0, sending: 0, attention: 0, done: 0, others: 0, unknown: this.#unknown.length };
    for (const { staff, state } of this.#records) {
      if (staff === this.#staff) counts[state] += 1;
      else if (state !== "done") counts.others += 1;
    }
    return counts;
  }

  /**
   * Enters an act and sends it as soon as possible. It is on the device when this resolves, and so is `then`,
   * an act on the contact that this one makes.
   * @param {Entry} entry @param {Omit<Entry, "contact">} [then] @returns {Promise<QueueRecord>} @throws {import("./db.js").StorageError}
   */
  async enter(entry, then) {
    const staff = this.#staff;
    if (!staff) throw new Error("nobody's app: acts belong to a person");
    const record = await this.#db.write(["queue"], async (tx) => {
      // Later than all before it, also when the device's clock was put back.
      const stored = await tx.all("queue");
      const last = Math.max(0, ...stored.map(({ entered_at }) => Number(entered_at) || 0));
      const record = newRecord({ ...entry, contact: nowCalled(stored, entry.contact), staff }, freshKey(), Math.max(Date.now(), last + 1));
      tx.put("queue", record);
      if (then) tx.put("queue", newRecord({ ...then, contact: record.contact, staff }, freshKey(), record.entered_at + 1));
      return record;
    });
    await this.#changed();
    void this.send();
    return record;
  }

  /** Sends what waits now, without waiting for its time; what the server asked to hold back is held back. */
  async send() {
    if (!this.#staff || !whatIsDue(this.records.slice(), this.#staff, Infinity).due.length) return this.#schedule();
    await this.#deliver(true);
  }

  /** Tries again what needed a person: the same act with the same key. @param {string} key */
  async retry(key) {
    await this.#settle(key, (record) => ({ ...record, state: "waiting", next_at: 0, problem: null }));
    void this.send();
  }

  /**
   * Gives an act up, and what was to follow on a contact it would have made.
   * @param {string} key @returns {Promise<QueueRecord[]>} what was taken out, for `restore`; nothing while it is being sent
   */
  async discard(key) {
    const gone = await this.#db.write(["queue"], async (tx) => {
      const all = await known(tx);
      const record = all.find((record) => record.key === key);
      if (!record || record.state === "sending" || record.state === "done") return [];
      const gone = all.filter((other) => other.key === key || (record.kind === "create" && other.contact === key));
      for (const { key } of gone) tx.remove("queue", key);
      return gone;
    });
    await this.#changed();
    void this.send();
    return gone;
  }

  /** Undoes `discard`. @param {QueueRecord[]} records */
  async restore(records) {
    await this.#db.write(["queue"], async (tx) => {
      const stored = await tx.all("queue");
      const back = records.filter(({ key }) => !stored.some((other) => other.key === key));
      for (const record of back) tx.put("queue", { ...record, contact: nowCalled(stored, record.contact) });
    });
    await this.#changed();
    void this.send();
  }

  /**
   * After `changed-meanwhile`: what was entered goes over what is there now. It is another act on another
   * version, so it gets a key of its own.
   * @param {string} key @returns {Promise<string | null>} that key
   */
  saveMine(key) {
    return this.#anew(key, (record) => {
      const current = /** @type {Record<string, any> | undefined} */ (record.problem?.current);
      if (!current) return null;
      const values = Object.fromEntries(Object.keys(record.body).map((field) => [field, current[field]]));
      return { ...record, base: { version: current.version, values } };
    });
  }

  /** After `invalid`: the act with what a person put right. @param {string} key @param {Record<string, any>} body @returns {Promise<string | null>} its new key */
  enterAgain(key, body) {
    return this.#anew(key, (record) => ({ ...record, body }));
  }

  /** All that is not done, of everyone on this device, as a text to keep. @returns {Promise<string>} JSON */
  async export() {
    return (await exportAll(this.#db)).text;
  }

  /** Takes up what was exported. @param {string} text @returns {Promise<import("./export.js").Taken>} */
  async take(text) {
    const outcome = await this.#db.write(["queue"], (tx) => taken(tx, text, this.#staff));
    await this.#changed();
    void this.send();
    return outcome;
  }

  /** After `lost-in-restore`: the act as it is, as another one. @param {string} key @returns {Promise<string | null>} its new key */
  sendAnew(key) {
    return this.#anew(key, (record) => record);
  }

  /** @param {string} key @param {(record: QueueRecord) => QueueRecord | null} change @returns {Promise<string | null>} */
  async #anew(key, change) {
    const fresh = freshKey();
    const done = await this.#settle(key, (record) => {
      const changed = change(record);
      return changed && { ...changed, key: fresh, contact: record.contact === key ? fresh : record.contact, state: "waiting", tries: 0, next_at: 0, problem: null };
    });
    void this.send();
    return done ? fresh : null;
  }

  /** Changes a record that needs a person, and whom it would have made. @param {string} key @param {(record: QueueRecord) => QueueRecord | null} change */
  async #settle(key, change) {
    const done = await this.#db.write(["queue"], async (tx) => {
      const all = await known(tx);
      const record = all.find((record) => record.key === key);
      const changed = record?.state === "attention" && change(record);
      if (!changed) return false;
      if (changed.key !== key) tx.remove("queue", key);
      tx.put("queue", changed);
      if (changed.contact !== record.contact) {
        for (const other of all) if (other.contact === record.contact && other.key !== key) tx.put("queue", { ...other, contact: changed.contact });
      }
      return true;
    });
    await this.#changed();
    return done;
  }

  /** @param {QueueRecord} record */
  async #settled(record) {
    await this.#changed();
    if (record.state !== "done" && record.state !== "attention") return;
    this.#moved = true;
    this.dispatchEvent(new CustomEvent("sent", { detail: record }));
  }

  async #changed() {
    await this.load();
    this.#tabs.tell("queue");
  }

  /** @param {boolean} early */
  async #deliver(early) {
    try {
      this.standing = await this.#sender.send(early);
      await this.load();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.standing = "storage";
      this.#say();
    } finally {
      // Whatever went wrong: what waits is tried again.
      this.#schedule();
    }
    if (this.standing === "sign-in") this.dispatchEvent(new Event("sign-in"));
    if (this.#moved) this.dispatchEvent(new Event("rested"));
    this.#moved = false;
  }

  /** The next try, when the first of what waits comes due. */
  #schedule() {
    clearTimeout(this.#timer);
    if (this.standing === "sign-in" || !this.#staff) return;
    const { due, waits } = whatIsDue(this.records.slice(), this.#staff, Date.now());
    if (!due.length && waits === null) return;
    const wait = Math.max(due.length ? 0 : (waits ?? 0) - Date.now(), this.#sender.pausedUntil - Date.now());
    const least = this.standing === "storage" ? 30_000 : 1000;
    this.#timer = setTimeout(() => void this.#deliver(false), Math.min(Math.max(least, wait), LONGEST_PAUSE_MS));
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * A contact's id: one that was made here may have come into being while somebody looked at it.
 * @template {string | undefined} T @param {any[]} stored @param {T} contact @returns {T}
 */
const nowCalled = (stored, contact) => stored.find(({ key, result }) => key === contact && result)?.result.contact ?? contact;

/** @param {import("./db.js").Tx} tx @returns {Promise<QueueRecord[]>} */
async function known(tx) {
  return (await tx.all("queue")).flatMap((stored) => {
    const read = readRecord(stored);
    return read && "record" in read ? [read.record] : [];
  });
}

const freshKey = () => newKey(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
