// @ts-check
/** The parts of the app beneath its screens, put together. */
import { Api } from "./api.js";
import { Customers } from "./customers.js";
import { openDatabase } from "./db.js";
import { Device } from "./device.js";
import { Queue } from "./queue.js";
import { Sync } from "./sync.js";
import { Tabs } from "./tabs.js";

/**
 * Everything in the state it was left in: what is on the device can be shown at once, without network.
 * `start` of the queue and of `sync` then bring it up to date.
 * @param {{ waits?: () => void }} [listeners] `waits`: another tab with an older app holds the database
 * @throws {import("./db.js").StorageError}
 */
export async function openCore(listeners) {
  const db = await openDatabase(listeners);
  const api = new Api(db);
  const tabs = new Tabs();
  const device = new Device(api, db);
  const queue = new Queue({ api, db, device, tabs });
  const customers = new Customers({ db, queue });
  const sync = new Sync({ api, db, device, tabs, queue, customers });
  await sync.load();
  await queue.load();
  await customers.load();
  return { db, api, device, queue, sync, customers };
}
