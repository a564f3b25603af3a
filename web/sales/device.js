// @ts-check
/**
 * Whose tokens this browser carries. Script can't see them, so it is kept in the database who they were
 * given to, and forgotten before anything may change them: no act is ever sent in another person's name.
 */
import { problemKey } from "./api.js";

/** @typedef {import("./api.js").Answer} Answer */

/** Held by whoever sends acts, and by whoever changes the tokens: never both at once, in any tab. */
export const SENDING = "tradepost-sales-sending";

export class Device {
  #api;
  #db;
  /** Whether somebody's data is on the device, or was when this page was loaded. */
  holds = false;

  /** @param {import("./api.js").Api} api @param {import("./db.js").Database} db */
  constructor(api, db) {
    this.#api = api;
    this.#db = db;
  }

  /**
   * Who is signed in, as the server says now. Without tokens that are good, new ones are asked for by the
   * session of the sign-in page, once.
   * @returns {Promise<Answer>} with a `Me`; a problem `not-signed-in`: a person has to sign in
   */
  async me() {
    const answer = await this.#api.get("/api/v1/me");
    if (this.#mayEnter(answer)) return this.#enter();
    if (!answer.ok || (await this.#db.meta("signed-in")) === answer.body.id) return answer;
    return navigator.locks.request(SENDING, () => this.#confirm());
  }

  /** The id of who acts are sent as. For whoever holds the lock. @returns {Promise<{ staff: string } | { answer: Answer }>} */
  async sender() {
    const staff = await this.#db.meta("signed-in");
    if (staff) return { staff };
    const answer = await this.#confirm();
    return answer.ok ? { staff: answer.body.id } : { answer };
  }

  /** Gives the tokens back. @returns {Promise<Answer>} */
  leave() {
    return navigator.locks.request(SENDING, async () => {
      await this.#db.setMeta("signed-in", undefined);
      return this.#api.ask("/api/v1/devices/current", { method: "DELETE" });
    });
  }

  /** Nobody is signed in; or the device was revoked and has forgotten everything since. @param {Answer} answer */
  #mayEnter(answer) {
    const problem = problemKey(answer);
    return problem === "not-signed-in" || (problem === "device-revoked" && !this.holds);
  }

  /** @returns {Promise<Answer>} */
  #enter() {
    return navigator.locks.request(SENDING, async () => {
      await this.#db.setMeta("signed-in", undefined);
      // Another tab may have done it meanwhile.
      const again = await this.#confirm();
      if (!this.#mayEnter(again)) return again;
      const answer = await this.#api.ask("/sales/device", { method: "POST", body: { name: deviceName() } });
      return answer.ok ? this.#confirm() : answer;
    });
  }

  /** @returns {Promise<Answer>} */
  async #confirm() {
    const answer = await this.#api.get("/api/v1/me");
    if (answer.ok) {
      this.#api.hasTokens = true;
      await this.#db.setMeta("signed-in", answer.body.id);
    }
    return answer;
  }
}

/** What a device is called until its owner says otherwise; an iPad calls itself a Mac with a touch screen. */
function deviceName() {
  const { userAgent, maxTouchPoints } = navigator;
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return "iPad";
  if (/iPhone/.test(userAgent)) return "iPhone";
  if (/Android/.test(userAgent)) return "Android device";
  return "Computer";
}
