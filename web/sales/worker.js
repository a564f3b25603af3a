/// <reference lib="webworker" />
// @ts-check
/**
 * Keeps the app's own files, per version, and gives them out without network. It keeps nothing else: no
 * page, no answer of the API, nothing of any person. The server puts before this the line
 * `const BUILD = { version, files };`.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const KEPT = "tradepost-sales-";
const CACHE = `${KEPT}${BUILD.version}`;
const SHELL = "/sales/shell";
const FILES = new Set(BUILD.files);

/** Pages of the server beneath `/sales`. */
const OF_THE_SERVER = /^\/sales\/(login|second-factor|me\/second-factor|confirm|logout)(\/|$)/;

worker.addEventListener("install", (event) => {
  // Past the browser's own cache, or files of two versions could meet.
  const fresh = BUILD.files.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener("message", (event) => {
  // Only the person says when: an act being entered is never interrupted.
  if (event.data === "activate") event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    const isOurs = (pathname === "/sales" || pathname.startsWith("/sales/")) && !OF_THE_SERVER.test(pathname);
    if (isOurs) event.respondWith(kept(SHELL, request));
  } else if (FILES.has(pathname + search)) {
    event.respondWith(kept(pathname + search, request));
  }
});

/** What is kept; what the browser has thrown away comes from the network. @param {string} file @param {Request} request */
async function kept(file, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(file)) ?? fetch(request);
}

async function takeOver() {
  // While yet another version is being kept its files are left alone.
  if (!worker.registration.installing) {
    const old = (await caches.keys()).filter((name) => name.startsWith(KEPT) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  }
  await worker.clients.claim();
}
