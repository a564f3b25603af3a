// @ts-check
/**
 * Asking the server. Every outcome is a value: an answer, a problem, or that nobody was reached. Whatever
 * is sent may be sent again, so a lost answer is nothing special. The tokens are cookies no script can read.
 */

import { StorageError } from "./db.js";

/** @typedef {import("./shapes.js").Problem} Problem */

/**
 * What came of asking. `reached` is false when no answer of this server came: no network, too slow, or
 * something between that answered in its place; `status` is 0 then.
 * @typedef {{ ok: boolean, reached: boolean, status: number, body: any, problem: Problem | null,
 *   retryAfterS: number | null, replayed: boolean }} Answer
 */

/** @typedef {{ method?: string, body?: object, version?: number | null, key?: string, timeoutMs?: number }} Asking */

/** How long one bar of signal is given. */
const TIMEOUT_MS = 8000;

/**
 * Where the database keeps what tabs tell each other of the tokens, which no script can see. Not in
 * `localStorage`: what one tab has just written there another may not see for a while.
 * @typedef {{ at?: number, key?: string }} Refresh `at`: when they were last made anew (ms); `key`: of asking for new ones, without an answer yet
 */
const REFRESH = "refresh";

/**
 * The last part of a problem's type: `changed-meanwhile`; empty without a problem.
 * @param {Answer} answer
 */
export const problemKey = (answer) => answer.problem?.type.split("/").at(-1) ?? "";

/** Event `revoked`: this device was signed out by someone, and has to forget everything. */
export class Api extends EventTarget {
  #db;
  /** Whether this browser was ever given tokens: otherwise nobody asks for new ones. */
  hasTokens = false;

  /** @param {import("./db.js").Database} db */
  constructor(db) {
    super();
    this.#db = db;
  }

  /** @param {string} path @param {Asking} [asking] @returns {Promise<Answer>} */
  async ask(path, asking = {}) {
    const sent = Date.now();
    let answer = await once(path, asking);
    // After a lost answer with new tokens the old access token is nobody’s any more.
    if (problemKey(answer) === "access-token-expired" || (this.hasTokens && problemKey(answer) === "not-signed-in" && path.startsWith("/api/"))) {
      const refreshed = await this.#refresh(sent);
      answer = refreshed.ok ? await once(path, asking) : refreshed;
    }
    if (problemKey(answer) === "device-revoked") this.dispatchEvent(new Event("revoked"));
    return answer;
  }

  /** @param {string} path */
  get(path) {
    return this.ask(path);
  }

  /**
   * Follows a resource's events until it is final or `signal` ends it: `heard` gets its state at once and at
   * each change. What the stream can't say (expired tokens, an error) is asked for in the ordinary way.
   * @param {string} path of the resource; its events are beneath
   * @param {string} event @param {(resource: any) => void} heard @param {AbortSignal} signal
   */
  follow(path, event, heard, signal) {
    if (signal.aborted) return;
    const stream = new EventSource(`${path}/events`);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let later;
    const end = () => {
      stream.close();
      clearTimeout(later);
    };
    signal.addEventListener("abort", end, { once: true });
    stream.addEventListener(event, (message) => {
      const resource = JSON.parse(message.data);
      heard(resource);
      if (resource.final) end();
    });
    stream.addEventListener("error", async () => {
      // While connecting, the browser tries again by itself.
      if (stream.readyState !== EventSource.CLOSED || signal.aborted) return;
      const answer = await this.get(path);
      if (answer.ok && !signal.aborted) heard(answer.body);
      if (signal.aborted || (answer.ok && answer.body.final) || isRefusal(answer)) return;
      later = setTimeout(() => {
        signal.removeEventListener("abort", end);
        this.follow(path, event, heard, signal);
      }, 3000);
    });
  }

  /**
   * New tokens, by one of all tabs: whoever waited for the lock looks whether another has just got them.
   * @param {number} since when the request was sent that found the old ones expired @returns {Promise<Answer>}
   */
  #refresh(since) {
    return navigator.locks.request("tradepost-sales-tokens", async () => {
      try {
        /** @type {Refresh | undefined} */
        const before = await this.#db.meta(REFRESH);
        if ((before?.at ?? 0) > since) return FRESH;
        // Kept until an answer has come: one that was lost is given again to who has this key, and to no copy of the token.
        const key = before?.key ?? crypto.randomUUID();
        await this.#db.setMeta(REFRESH, { key });
        const answer = await once("/api/v1/tokens", { method: "POST", body: { request_key: key } });
        if (answer.ok) await this.#db.setMeta(REFRESH, { at: Date.now() });
        return answer;
      } catch (error) {
        // Nothing was asked without a key that is kept: a lost answer would cost the device its tokens.
        if (error instanceof StorageError) return UNREACHED;
        throw error;
      }
    });
  }
}

/** @param {Answer} answer */
const isRefusal = (answer) => answer.reached && answer.status >= 400 && answer.status < 500 && answer.status !== 429;

/** Nobody answered. @type {Answer} */
export const UNREACHED = { ok: false, reached: false, status: 0, body: null, problem: null, retryAfterS: null, replayed: false };

/** @type {Answer} */
const FRESH = { ...UNREACHED, ok: true, reached: true, status: 200 };

/** @param {string} path @param {Asking} asking @returns {Promise<Answer>} */
async function once(path, { method = "GET", body, version, key, timeoutMs = TIMEOUT_MS }) {
  const headers = new Headers({ accept: "application/json" });
  if (body) headers.set("content-type", "application/json");
  if (version != null) headers.set("if-match", `"${version}"`);
  if (key) headers.set("idempotency-key", key);
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      // The API never sends anyone elsewhere; the sign-in page of a hotel does.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await read(response);
  } catch {
    return UNREACHED;
  }
}

/** @param {Response} response @returns {Promise<Answer>} */
async function read(response) {
  const { ok, status, headers } = response;
  const kind = headers.get("content-type")?.split(";")[0] ?? "";
  const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
  const answer = {
    ok,
    reached: true,
    status,
    body: null,
    problem: null,
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
    replayed: headers.get("idempotency-replayed") === "true",
  };
  if (status === 204) return answer;
  if (ok && kind === "application/json") return { ...answer, body: await response.json() };
  if (!ok && kind === "application/problem+json") return { ...answer, problem: await response.json() };
  // Somebody between answered: a proxy, or the sign-in page of a network.
  return UNREACHED;
}
