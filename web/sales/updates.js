// @ts-check
/** The app's own files: kept by the service worker, renewed only when the person says so. */

/** Event `ready`: a newer app is on the device and waits. */
export class Updates extends EventTarget {
  /** @type {ServiceWorker | null} */
  #waiting = null;

  /** Whether a newer app waits to be taken. */
  get ready() {
    return this.#waiting !== null;
  }

  /** Has the app kept, and looks for newer ones; whoever can't keep it works with the network only. @returns {Promise<boolean>} whether it is kept */
  async start() {
    if (!navigator.serviceWorker) return false;
    try {
      const registration = await navigator.serviceWorker.register("/sales/worker.js", { scope: "/sales", updateViaCache: "none" });
      this.#offer(registration.waiting);
      registration.addEventListener("updatefound", () => this.#watch(registration.installing));
      this.#watch(registration.installing);
      // An app on the home screen is seldom loaded anew.
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible" && navigator.onLine) registration.update().catch(() => {});
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Takes the newer app: the page is loaded anew with it. What waits to be sent is in the database. */
  take() {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    this.#waiting?.postMessage("activate");
  }

  /** @param {ServiceWorker | null} worker */
  #watch(worker) {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed") this.#offer(worker);
    });
  }

  /** The first one of all takes its place by itself. @param {ServiceWorker | null} worker */
  #offer(worker) {
    if (!worker || !navigator.serviceWorker.controller) return;
    this.#waiting = worker;
    this.dispatchEvent(new Event("ready"));
  }
}
