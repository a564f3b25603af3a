// @ts-check
/** The queue as a text that can be kept, and taken up again: keys stay the same, so nothing happens twice. */
import { readRecord } from "./records.js";

const KIND = "tradepost-sales-queue";

/**
 * How many records of a text were taken up, were here already, are another person's, and can't be
 * understood; `null`: it is no export at all.
 * @typedef {{ taken: number, known: number, others: number, unreadable: number } | null} Taken
 */

/** All that isn't done, and by its keys what that is. @param {import("./db.js").Database} db @returns {Promise<{ text: string, keys: string }>} */
export function exportAll(db) {
  return db.read(["queue"], async (tx) => {
    const records = (await tx.all("queue")).filter(isOpen);
    const text = JSON.stringify({ kind: KIND, exported_at: new Date().toISOString(), records }, null, 1);
    return { text, keys: await openKeys(tx) };
  });
}

/** What isn't done now, to be compared. @param {import("./db.js").Tx} tx */
export const openKeys = async (tx) => (await tx.all("queue")).filter(isOpen).map(({ key }) => key).sort().join();

/** @param {{ state: string }} stored */
const isOpen = ({ state }) => state !== "done";

/** @param {import("./db.js").Tx} tx @param {string} text @param {string} staff @returns {Promise<Taken>} */
export async function taken(tx, text, staff) {
  const records = recordsIn(text);
  if (!records) return null;
  const outcome = { taken: 0, known: 0, others: 0, unreadable: 0 };
  for (const stored of records) {
    const read = readRecord(stored);
    if (!read) outcome.unreadable += 1;
    else if (stored.staff !== staff) outcome.others += 1;
    else if (await tx.get("queue", stored.key)) outcome.known += 1;
    else {
      // What was being sent when it was exported may have arrived: its key tells the server.
      tx.put("queue", "record" in read ? { ...read.record, state: read.record.state === "attention" ? "attention" : "waiting", next_at: 0 } : read.unknown);
      outcome.taken += 1;
    }
  }
  return outcome;
}

/** @param {string} text @returns {any[] | null} */
function recordsIn(text) {
  try {
    const file = JSON.parse(text);
    return file?.kind === KIND && Array.isArray(file.records) ? file.records : null;
  } catch {
    return null;
  }
}
