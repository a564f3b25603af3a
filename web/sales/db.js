// @ts-check
/**
 * What the app keeps on the device: the IndexedDB `tradepost-sales`. Nothing secret ever goes in: no
 * password, no token. A database that is full, blocked or broken is an error with a name, never silence.
 */

const NAME = "tradepost-sales";

/** @typedef {"retailers" | "contacts" | "queue" | "meta"} StoreName */

/** One step per version of the database; a step that was shipped is never changed. @type {((db: IDBDatabase) => void)[]} */
const UPGRADES = [
  (db) => {
    db.createObjectStore("retailers", { keyPath: "id" });
    db.createObjectStore("contacts", { keyPath: "id" });
    db.createObjectStore("queue", { keyPath: "key" });
    db.createObjectStore("meta");
  },
];

/** @type {readonly StoreName[]} */
export const STORES = ["retailers", "contacts", "queue", "meta"];

/**
 * Why the device's storage can't be used: `full` (no room), `blocked` (another tab with an older app),
 * `newer` (a newer app made it), `closed` (the browser took it away, or another tab needs it), `broken`.
 * @typedef {"full" | "blocked" | "newer" | "closed" | "broken"} StorageFault
 */

export class StorageError extends Error {
  /** @param {StorageFault} fault @param {unknown} cause */
  constructor(fault, cause) {
    super(`the device's storage is ${fault}`, { cause });
    this.fault = fault;
  }
}

/**
 * Opens the database, making or upgrading it. `waits` is called while another tab with an older app holds it.
 * @param {{ waits?: () => void }} [listeners] @returns {Promise<Database>}
 * @throws {StorageError}
 */
export function openDatabase({ waits } = {}) {
  return new Promise((done, failed) => {
    /** @type {IDBOpenDBRequest} */
    let opening;
    try {
      opening = indexedDB.open(NAME, UPGRADES.length);
    } catch (error) {
      return failed(named(error));
    }
    opening.onupgradeneeded = ({ oldVersion }) => {
      for (const upgrade of UPGRADES.slice(oldVersion)) upgrade(opening.result);
    };
    opening.onblocked = () => waits?.();
    opening.onerror = () => failed(named(opening.error));
    opening.onsuccess = () => done(new Database(opening.result));
  });
}

/** Asks the browser not to clear the data away; says whether it won't, `null` where it can't be asked. */
export async function askToPersist() {
  const storage = navigator.storage;
  if (!storage?.persist) return null;
  return (await storage.persisted()) || storage.persist();
}

/** Event `closed`: it can't be used any more, and the page has to be loaded anew. */
export class Database extends EventTarget {
  #db;

  /** @param {IDBDatabase} db */
  constructor(db) {
    super();
    this.#db = db;
    // A newer app in another tab wants to upgrade: holding on would block it.
    db.onversionchange = () => this.close();
    db.onclose = () => this.dispatchEvent(new Event("closed"));
  }

  close() {
    this.#db.close();
    this.dispatchEvent(new Event("closed"));
  }

  /**
   * Reads in one transaction. @template T
   * @param {StoreName[]} stores @param {(tx: Tx) => Promise<T>} work @returns {Promise<T>} @throws {StorageError}
   */
  read(stores, work) {
    return this.#run(stores, "readonly", work);
  }

  /**
   * Writes in one transaction: on disk when this resolves, nothing of it when it rejects. `work` may wait
   * for nothing but the transaction's own answers.
   * @template T
   * @param {StoreName[]} stores @param {(tx: Tx) => Promise<T>} work @returns {Promise<T>} @throws {StorageError}
   */
  write(stores, work) {
    return this.#run(stores, "readwrite", work);
  }

  /** @param {string} key */
  meta(key) {
    return this.read(["meta"], (tx) => tx.get("meta", key));
  }

  /** @param {string} key @param {unknown} value `undefined` removes it */
  setMeta(key, value) {
    return this.write(["meta"], async (tx) => tx.setMeta(key, value));
  }

  /**
   * @template T
   * @param {StoreName[]} stores @param {"readonly" | "readwrite"} mode @param {(tx: Tx) => Promise<T>} work @returns {Promise<T>}
   */
  async #run(stores, mode, work) {
    let transaction;
    try {
      // Strict: "entered" has to be true also after the battery died.
      transaction = this.#db.transaction(stores, mode, { durability: stores.includes("queue") ? "strict" : "default" });
    } catch (error) {
      throw named(error);
    }
    const ended = new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = () => failed(named(transaction.error));
    });
    // Whoever waits hears of it through `work` or the await below.
    ended.catch(() => {});
    let result;
    try {
      result = await work(new Tx(transaction));
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It was over already.
      }
      throw error instanceof DOMException ? named(transaction.error ?? error) : error;
    }
    await ended;
    return result;
  }
}

/** A transaction in progress. */
export class Tx {
  #transaction;

  /** @param {IDBTransaction} transaction */
  constructor(transaction) {
    this.#transaction = transaction;
  }

  /** @param {StoreName} store @param {string} key @returns {Promise<any>} */
  get(store, key) {
    return answer(this.#transaction.objectStore(store).get(key));
  }

  /** @param {StoreName} store @returns {Promise<any[]>} */
  all(store) {
    return answer(this.#transaction.objectStore(store).getAll());
  }

  /** @param {Exclude<StoreName, "meta">} store @param {object} value */
  put(store, value) {
    this.#transaction.objectStore(store).put(value);
  }

  /** @param {string} key @param {unknown} value `undefined` removes it */
  setMeta(key, value) {
    const store = this.#transaction.objectStore("meta");
    if (value === undefined) store.delete(key);
    else store.put(value, key);
  }

  /** @param {StoreName} store @param {string} key */
  remove(store, key) {
    this.#transaction.objectStore(store).delete(key);
  }

  /** @param {StoreName} store */
  clear(store) {
    this.#transaction.objectStore(store).clear();
  }
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function answer(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/** @type {Record<string, StorageFault>} */
const FAULTS = { QuotaExceededError: "full", VersionError: "newer", InvalidStateError: "closed" };

/** @param {unknown} error */
function named(error) {
  return new StorageError((error instanceof DOMException && FAULTS[error.name]) || "broken", error);
}
