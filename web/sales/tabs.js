// @ts-check
/** What the app's tabs tell each other; whoever tells doesn't hear it. */

/** `queue` or `data`: it changed in the database; `wiped`: all of it is gone. @typedef {"queue" | "data" | "wiped"} News */

/** Event with the news as its name. */
export class Tabs extends EventTarget {
  #channel = new BroadcastChannel("tradepost-sales");

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => this.dispatchEvent(new Event(data));
  }

  /** @param {News} news */
  tell(news) {
    this.#channel.postMessage(news);
  }
}
