// @ts-check
/** Measures the sales app; prints what `tests/browser/figures` promises. */
import { openBrowser } from "./browser.js";
import { startHouse } from "./house.js";
import { SCREENS } from "./screens.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} BrowserContext */

const RETAILERS = 5000;
const CONTACTS = 12_000;
const TIMES = 5;
/** Lighthouse's "regular 3G": 300 ms there and back, 700 kbit/s. */
const REGULAR_3G = { offline: false, latency: 300, downloadThroughput: (700 * 1024) / 8, uploadThroughput: (700 * 1024) / 8 };

const house = await startHouse(CONTACTS, RETAILERS);
const browser = await openBrowser();
try {
  await paintedFromCold();
  const { context, page } = await signedIn();
  await synced(page);
  await paintedFromKept(context);
  await searched(page);
} finally {
  await browser.close();
  await house.stop();
}

/** The first visit ever, over 3G. */
async function paintedFromCold() {
  const times = [];
  for (let n = 0; n < TIMES; n += 1) {
    const context = await browser.newContext({ ...SCREENS.ipad, baseURL: house.url });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", REGULAR_3G);
    await page.goto("/sales/shell", { waitUntil: "commit" });
    times.push(await firstPaint(page));
    await context.close();
  }
  print("shell painted, cold, regular 3G (300 ms, 700 kbit/s)", times, "ms");
}

async function signedIn() {
  const context = await browser.newContext({ ...SCREENS.ipad, baseURL: house.url });
  const page = await context.newPage();
  await page.goto("/sales/login");
  await page.getByLabel("E-mail address").fill(house.staff.rep?.email ?? "");
  await page.getByLabel("Password", { exact: true }).fill(house.staff.rep?.password ?? "");
  return { context, page };
}

/** From signing in to all customers on the device. @param {Page} page */
async function synced(page) {
  let bytes = 0;
  /** @type {Promise<void>[]} */
  const counted = [];
  page.on("requestfinished", (request) => {
    if (/\/api\/v1\/(retailers|contacts)\?/.test(request.url())) counted.push(request.sizes().then(({ responseBodySize }) => void (bytes += responseBodySize)));
  });
  const began = performance.now();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator(".acting").getByText(`${RETAILERS} retailers · ${CONTACTS} contacts`).waitFor({ timeout: 120_000 });
  await page.locator(".sync-state").getByText("Up to date").waitFor({ timeout: 120_000 });
  const ms = performance.now() - began;
  await Promise.all(counted);
  print(`${RETAILERS} retailers and ${CONTACTS} contacts synced, with signing in`, [ms], "ms");
  print("the feeds, compressed", [bytes / 1024], "KiB");
}

/** Later visits, kept by the service worker, with the customers on the device. @param {BrowserContext} context */
async function paintedFromKept(context) {
  const [page] = context.pages();
  await page?.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const paints = [];
  const lists = [];
  for (let n = 0; n < TIMES; n += 1) {
    const again = await context.newPage();
    await again.goto("/sales", { waitUntil: "commit" });
    paints.push(await firstPaint(again));
    await again.locator(".pane-list .list a").first().waitFor();
    lists.push(await again.evaluate(() => performance.now()));
    await again.close();
  }
  print("shell painted, kept on the device", paints, "ms");
  print("list of retailers there, kept on the device", lists, "ms");
}

/** Every keystroke of some searches: from the key to the list drawn. @param {Page} page */
async function searched(page) {
  const times = await page.evaluate(async () => {
    const box = /** @type {HTMLInputElement} */ (document.getElementById("search"));
    const times = [];
    box.focus();
    for (const words of ["sample shop 4711", "person 11999", "24999", "nobody at all", "person7@mail"]) {
      for (let length = 1; length <= words.length; length += 1) {
        box.value = words.slice(0, length);
        const began = performance.now();
        box.dispatchEvent(new Event("input"));
        times.push(performance.now() - began);
        // As far apart as fingers are.
        await new Promise((next) => setTimeout(next, 60));
      }
    }
    return times;
  });
  print("one keystroke of a search, found and drawn", times, "ms");
}

/** @param {Page} page */
async function firstPaint(page) {
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  return page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
}

/** @param {string} what @param {number[]} values @param {string} unit */
function print(what, values, unit) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ part) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
  console.log(`${what}: ${values.length > 1 ? `median ${at(0.5)}, longest ${at(1)}` : at(0)} ${unit}`);
}
