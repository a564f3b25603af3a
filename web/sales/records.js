// @ts-check
/**
 * What waits to be sent, one record an act. Apps of different ages meet in one queue: a record says its
 * format, older ones are brought up to date when read, and one of a newer app is kept as it is.
 */

/** @typedef {import("./shapes.js").Problem} Problem */
/** @typedef {import("./api.js").Asking} Asking */

/** `ask`: a change that only the office makes. @typedef {"reset" | "edit" | "sign-in" | "create" | "cancel-reset" | "ask"} Kind */

/**
 * What somebody wants done. `contact` is an id, or the key of the record that makes the contact; for
 * `create` it is left out. `base` is what the person saw: its version, and the values of the fields they changed.
 * @typedef {{ kind: Kind, staff: string, retailer: string, contact?: string, body: Record<string, any>,
 *   base?: Base | null }} Act
 */

/** @typedef {{ version: number, values: Record<string, any> }} Base */

/**
 * What came of it: the contact it made or changed, the reset it started, whether the server had done it before.
 * @typedef {{ status: number, contact: string, reset: string | null, replayed: boolean }} Result
 */

/**
 * Moments are milliseconds since the Unix epoch. `entered_at` goes up with every record and is their order.
 * @typedef {{ format: 3, key: string, staff: string, kind: Kind, contact: string, retailer: string,
 *   body: Record<string, any>, base: Base | null, entered_at: number, state: "waiting" | "sending" | "attention" | "done",
 *   tries: number, next_at: number, done_at: number | null, problem: Problem | null, result: Result | null }} QueueRecord
 */

/** A record of a newer app: of it only the key is sure. @typedef {{ key: string, format: number }} UnknownRecord */

export const FORMAT = 3;

/** How long what is done stays visible, in milliseconds. */
export const DONE_FOR_MS = 2 * 24 * 3600_000;

/**
 * A key for an act: a UUID of version 7 (RFC 9562), so that a server that was restored from an older copy knows
 * whether the act may have been done in the time it has lost.
 * @param {number} now @param {Uint8Array} chance ten random bytes
 */
export function newKey(now, chance) {
  const [a, b, c, d, e, f, g, h, i, j] = chance;
  const rest = [0x70 | (a & 0x0f), b, 0x80 | (c & 0x3f), d, e, f, g, h, i, j];
  const hex = now.toString(16).padStart(12, "0") + rest.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * A record of an act, before it was sent.
 * @param {Act} act @param {string} key its idempotency key, made once @param {number} now @returns {QueueRecord}
 */
export function newRecord({ kind, staff, retailer, contact, body, base }, key, now) {
  return {
    format: FORMAT,
    key,
    staff,
    kind,
    contact: kind === "create" ? key : (contact ?? ""),
    retailer,
    body,
    base: base ?? null,
    entered_at: now,
    state: "waiting",
    tries: 0,
    next_at: 0,
    done_at: null,
    problem: null,
    result: null,
  };
}

/**
 * Format 1 had no retailer, only the version of what was seen, and counted nothing.
 * @param {any} old
 */
function fromFormat1({ key, staff, kind, contact, body, version, at, state }) {
  const base = version == null ? null : { version, values: {} };
  const act = { kind, staff, retailer: kind === "create" ? body.retailer : "", contact, body: { ...body }, base };
  if (kind === "create") delete act.body.retailer;
  return { ...newRecord(act, key, Date.parse(at)), state: state === "failed" ? "attention" : "waiting" };
}

/** From the format that is its index; 3 knows one more kind of act than 2. @type {Record<number, (old: any) => any>} */
const UPGRADES = { 1: fromFormat1, 2: (old) => ({ ...old, format: 3 }) };

/**
 * Reads a record of any age.
 * @param {any} stored @returns {{ record: QueueRecord } | { unknown: UnknownRecord } | null} `null`: it is none
 */
export function readRecord(stored) {
  if (typeof stored?.key !== "string" || !Number.isInteger(stored.format)) return null;
  if (stored.format > FORMAT) return { unknown: stored };
  try {
    let record = stored;
    while (record.format < FORMAT) record = UPGRADES[record.format](record);
    return isSound(record) ? { record } : null;
  } catch {
    // One that is damaged must not keep all others from being read.
    return null;
  }
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param {unknown} value */
const isId = (value) => typeof value === "string" && ID.test(value);

/** Whether a record is one that can be sent: it may come out of a file that anybody wrote. @param {any} record */
function isSound(record) {
  return (
    isId(record.key) &&
    isId(record.staff) &&
    ["reset", "edit", "sign-in", "create", "cancel-reset", "ask"].includes(record.kind) &&
    isId(record.contact) &&
    (record.kind !== "create" || record.state === "done" || record.contact === record.key) &&
    (record.retailer === "" ? record.kind !== "create" : isId(record.retailer)) &&
    typeof record.body === "object" && record.body !== null &&
    (record.kind !== "cancel-reset" || isId(record.body.reset)) &&
    (record.base === null || Number.isInteger(record.base?.version)) &&
    ["waiting", "sending", "attention", "done"].includes(record.state) &&
    [record.entered_at, record.tries, record.next_at].every(Number.isFinite)
  );
}

/** How a record is sent. @param {QueueRecord} record @returns {{ path: string, asking: Asking }} */
export function requestOf({ kind, key, contact, retailer, body, base }) {
  const version = base?.version ?? null;
  switch (kind) {
    case "create":
      return { path: `/api/v1/retailers/${retailer}/contacts`, asking: { method: "POST", key, body } };
    case "edit":
      return { path: `/api/v1/contacts/${contact}`, asking: { method: "PATCH", key, body, version } };
    case "sign-in":
      return { path: `/api/v1/contacts/${contact}/sign-in`, asking: { method: "PUT", key, body, version } };
    case "reset":
      return { path: `/api/v1/contacts/${contact}/resets`, asking: { method: "POST", key, body } };
    case "ask":
      return { path: `/api/v1/contacts/${contact}/change-requests`, asking: { method: "POST", key, body } };
    case "cancel-reset":
      return { path: `/api/v1/contacts/${contact}/resets/${body.reset}`, asking: { method: "DELETE" } };
  }
}

/** In the order they were entered. @param {QueueRecord[]} records */
export const inOrder = (records) => records.toSorted((a, b) => a.entered_at - b.entered_at || (a.key < b.key ? -1 : 1));

/**
 * What can be sent now: of each contact the first that isn't done, if it waits for nobody. `waits` is
 * when the next one comes due, if any. What is being sent is due, too: only who holds the lock of sending
 * takes anything, so what it finds in this state was left by an app that was closed.
 * @param {QueueRecord[]} records in order @param {string} staff whose are sent @param {number} now
 * @returns {{ due: QueueRecord[], waits: number | null }}
 */
export function whatIsDue(records, staff, now) {
  const seen = new Set();
  const due = [];
  let waits = null;
  for (const record of records) {
    if (record.state === "done" || record.staff !== staff || seen.has(record.contact)) continue;
    seen.add(record.contact);
    if (record.state === "attention") continue;
    if (record.state === "sending" || isOver(record.next_at, now)) due.push(record);
    else waits = Math.min(waits ?? Infinity, record.next_at);
  }
  return { due, waits };
}

/** The longest pause there is, in milliseconds, whatever a server asks for. */
export const LONGEST_PAUSE_MS = 3600_000;

/** Whether a pause is over. One that lasts longer than any was set by a clock that has been put back since. @param {number} until @param {number} now */
export const isOver = (until, now) => until <= now || until > now + LONGEST_PAUSE_MS;

/** Until the next try, growing from seconds to five minutes; chance spreads devices that lost the server together. @param {number} tries @param {number} chance 0 to 1 */
export const pauseMs = (tries, chance) => Math.min(300_000, 2000 * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2);

/** The pause a server asks for. @param {number} retryAfterS */
export const askedPauseMs = (retryAfterS) => Math.min(Math.max(0, retryAfterS) * 1000, LONGEST_PAUSE_MS);

/**
 * What an answer means for a record: it is done; it has to be tried later (`stop`: so has all else;
 * `perhaps`: so has all else, unless the server answers other requests); nobody is signed in who could send
 * it; or a person has to decide.
 * @param {import("./api.js").Answer} answer @param {string} problem its key
 * @returns {"done" | "later" | "stop" | "perhaps" | "sign-in" | "attention"}
 */
export function meaningOf({ ok, reached, status }, problem) {
  if (ok) return "done";
  if ([429, 503].includes(status)) return "stop";
  // It may be this act that the server is stuck on: the ones behind it must not wait for it for good.
  if (!reached || [408, 425, 502, 504].includes(status)) return "perhaps";
  if (status >= 500) return "later";
  // These are about the person, not about the act.
  if (status === 401 || problem.startsWith("second-factor-")) return "sign-in";
  return "attention";
}

/**
 * What later records learn from one that was done: the id of the contact it made, the version it left.
 * Returns those that changed. The version is followed only by what was entered on top of it: whoever saw
 * less has to be asked. A replayed answer may hold another person's later edit, so it counts one version on.
 * @param {QueueRecord[]} records @param {QueueRecord} done @param {any} body @param {boolean} replayed @returns {QueueRecord[]}
 */
export function followers(records, done, body, replayed) {
  if (done.kind !== "create" && done.kind !== "edit" && done.kind !== "sign-in") return [];
  const seen = done.base?.version ?? 0;
  const version = replayed ? seen + 1 : body.version;
  return records
    .filter((record) => record.state !== "done" && record.contact === done.contact && record.key !== done.key)
    .map((record) => {
      const base = record.base && record.base.version >= seen ? { ...record.base, version: Math.max(record.base.version, version) } : record.base;
      return { ...record, contact: body.id, base };
    });
}
