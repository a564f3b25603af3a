// @ts-check
/** Sends what is due: one sender over all tabs, one record after the other, each answer written down before the next. */
import { UNREACHED, problemKey } from "./api.js";
import { SENDING } from "./device.js";
import { askedPauseMs, followers, inOrder, isOver, meaningOf, pauseMs, readRecord, requestOf, whatIsDue } from "./records.js";

/** @typedef {import("./records.js").QueueRecord} QueueRecord */
/** @typedef {import("./api.js").Answer} Answer */

export class Sender {
  #api;
  #db;
  #device;
  #told;
  /** One at a time in this tab, too; who comes meanwhile is served by one more round. @type {Promise<import("./queue.js").Standing> | null} */
  #running = null;
  #again = false;
  /** Until when the server asked to be left alone. */
  #askedUntil = 0;
  /** Times in a row that nobody was reached. */
  #failures = 0;
  /** Until when nothing is tried by itself. */
  pausedUntil = 0;

  /** @param {import("./queue.js").Parts} parts @param {(record: QueueRecord) => Promise<void>} told hears of each change of a record */
  constructor({ api, db, device }, told) {
    this.#api = api;
    this.#db = db;
    this.#device = device;
    this.#told = told;
  }

  /** @param {boolean} early also what has its pause yet @returns {Promise<import("./queue.js").Standing>} */
  async send(early) {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = navigator.locks.request(SENDING, async () => {
      let standing = await this.#round(early);
      while (this.#again) {
        this.#again = false;
        standing = await this.#round(false);
      }
      return standing;
    });
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** @param {boolean} early @returns {Promise<import("./queue.js").Standing>} */
  async #round(early) {
    await this.#pickUp();
    if (!isOver(early ? this.#askedUntil : this.pausedUntil, Date.now())) return "unreached";
    // Browsers say now and then that there is no network when there is one.
    const sender = navigator.onLine || (await this.#answers()) ? await this.#device.sender() : { answer: UNREACHED };
    if ("answer" in sender) {
      if (meaningOf(sender.answer, problemKey(sender.answer)) === "sign-in") return "sign-in";
      return this.#pause(sender.answer);
    }
    /** @type {Set<string>} */
    const tried = new Set();
    for (;;) {
      const record = await this.#next(sender.staff, early ? Infinity : Date.now(), tried);
      if (!record) return "idle";
      tried.add(record.key);
      await this.#told(record);
      const { path, asking } = requestOf(record);
      const answer = understood(await this.#api.ask(path, asking));
      const { settled, meaning } = await this.#settle(record, answer);
      await this.#told(settled);
      if (meaning === "sign-in") return "sign-in";
      if (meaning === "stop" || (meaning === "perhaps" && !(await this.#answers()))) return this.#pause(answer);
      this.#failures = 0;
      this.pausedUntil = 0;
    }
  }

  /** Whether the server answers at all. */
  async #answers() {
    const { reached, status } = await this.#api.get("/api/v1/me");
    return reached && status < 500;
  }

  /** Nobody could be reached: everything waits a while. @param {Answer} answer @returns {"unreached"} */
  #pause({ retryAfterS }) {
    this.pausedUntil = Date.now() + (retryAfterS === null ? pauseMs(this.#failures, Math.random()) : askedPauseMs(retryAfterS));
    if (retryAfterS !== null) this.#askedUntil = this.pausedUntil;
    this.#failures += 1;
    return "unreached";
  }

  /**
   * What still says that it is being sent was left by an app that was closed meanwhile: whoever holds the lock
   * is the only sender. It waits again, with its key, so that it happens once whether or not it had arrived.
   */
  async #pickUp() {
    const left = await this.#db.write(["queue"], async (tx) => {
      const left = (await readAll(tx)).filter(({ state }) => state === "sending").map((record) => ({ ...record, state: /** @type {const} */ ("waiting"), next_at: 0 }));
      for (const record of left) tx.put("queue", record);
      return left;
    });
    if (left.length) await this.#told(left[0]);
  }

  /**
   * Takes the next record and writes down that it is being sent.
   * @param {string} staff @param {number} until @param {Set<string>} tried @returns {Promise<QueueRecord | undefined>}
   */
  #next(staff, until, tried) {
    return this.#db.write(["queue"], async (tx) => {
      const next = whatIsDue(await readAll(tx), staff, until).due.find(({ key }) => !tried.has(key));
      if (!next) return undefined;
      const sending = { ...next, state: /** @type {const} */ ("sending"), tries: next.tries + 1 };
      tx.put("queue", sending);
      return sending;
    });
  }

  /** Writes down what an answer means, for the record and for all that follow from it, at once. @param {QueueRecord} record @param {Answer} answer */
  #settle(record, answer) {
    const meaning = meaningOf(answer, problemKey(answer));
    return this.#db.write(["queue", "contacts", "meta"], async (tx) => {
      const settled = settledBy(record, answer, meaning);
      // The device was wiped meanwhile: nothing of it comes back.
      if (!(await tx.get("queue", record.key))) return { settled, meaning };
      tx.put("queue", settled);
      if (meaning !== "done" || !answer.body) return { settled, meaning };
      for (const follower of followers(await readAll(tx), record, answer.body, answer.replayed)) tx.put("queue", follower);
      if (changesContact(record)) await keep(tx, answer.body);
      if (record.kind === "ask") await keepRequest(tx, answer.body);
      return { settled, meaning };
    });
  }
}

/** An answer that says of nothing what became of it is somebody's between. @param {Answer} answer @returns {Answer} */
const understood = (answer) => (answer.ok && typeof answer.body?.id !== "string" ? UNREACHED : answer);

/** @param {QueueRecord} record @param {Answer} answer @param {ReturnType<typeof meaningOf>} meaning @returns {QueueRecord} */
function settledBy(record, answer, meaning) {
  const now = Date.now();
  switch (meaning) {
    case "done": {
      const { status, body, replayed } = answer;
      const isReset = record.kind === "reset" || record.kind === "cancel-reset";
      const result = { status, contact: changesContact(record) ? body.id : record.contact, reset: isReset ? body.id : null, replayed };
      return { ...record, contact: result.contact, state: "done", done_at: now, problem: null, result };
    }
    case "attention":
      return { ...record, state: "attention", problem: answer.problem };
    case "sign-in":
      return { ...record, state: "waiting", tries: record.tries - 1, next_at: 0 };
    default: {
      const pause = answer.retryAfterS !== null ? askedPauseMs(answer.retryAfterS) : pauseMs(record.tries, Math.random());
      return { ...record, state: "waiting", next_at: now + pause, problem: answer.problem };
    }
  }
}

/** Whether the answer to an act is a contact. @param {QueueRecord} record */
const changesContact = ({ kind }) => kind === "create" || kind === "edit" || kind === "sign-in";

/** What was asked of the office, so that it is known before the next pull. @param {import("./db.js").Tx} tx @param {import("./shapes.js").ChangeRequest} request */
async function keepRequest(tx, request) {
  const known = (await tx.get("meta", "requests")) ?? [];
  const others = known.filter((/** @type {typeof request} */ other) => other.id !== request.id && !(other.contact === request.contact && other.state === "open"));
  tx.setMeta("requests", [request, ...others]);
}

/** The contact as the server answered, so that nobody sees the old one until the next pull. @param {import("./db.js").Tx} tx @param {import("./shapes.js").Contact} contact */
async function keep(tx, contact) {
  const before = await tx.get("contacts", contact.id);
  if (before && before.version > contact.version) return;
  const walk = before?.walk ?? (await tx.get("meta", "contacts-feed"))?.walk ?? 0;
  tx.put("contacts", { ...contact, walk });
}

/** @param {import("./db.js").Tx} tx @returns {Promise<QueueRecord[]>} */
async function readAll(tx) {
  const read = (await tx.all("queue")).map(readRecord);
  return inOrder(read.flatMap((one) => (one && "record" in one ? [one.record] : [])));
}
