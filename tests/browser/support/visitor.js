// @ts-check
/** Someone with a browser of their own, and what must hold on whatever page they see. */
import { mkdirSync } from "node:fs";
import { SCREENS } from "./screens.js";
import { axeSource } from "./tools.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ screen?: import("./screens.js").ScreenName, script?: boolean, language?: string }} Manner */

const EVERYTHING = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"] };
/** All that differs between light and dark. */
const COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
/** Until something that is waited for is given up: long, since machines are busy, and nothing waits longer than it must. */
const PATIENCE_MS = 60_000;
const NARROWEST = 320;

export class Visitor {
  /** Whatever must not happen: errors in the console, requests to elsewhere, pages wider than the screen. @type {string[]} */
  problems = [];
  /** Addresses visited, without their ids. @type {Set<string>} */
  visited = new Set();
  /** Those of them that were looked at. @type {Set<string>} */
  looked = new Set();

  /** What goes wrong as part of the story. @type {RegExp[]} */
  borne = [];

  /** @param {import("playwright-core").BrowserContext} context @param {Page} page @param {string} origin @param {Manner} manner */
  constructor(context, page, origin, manner) {
    this.context = context;
    this.page = page;
    this.origin = origin;
    this.screen = manner.screen ?? "desktop";
    this.script = manner.script ?? true;
    this.touch = "hasTouch" in SCREENS[this.screen];
    this.guard();
  }

  /** That an answer with an error (`404 address`) or a line of the console is part of the story. @param {RegExp} what */
  bears(what) {
    this.borne.push(what);
  }

  /**
   * The same, but only while something is done: what comes before or after it is a problem.
   * @template T @param {RegExp} what @param {() => Promise<T>} during @returns {Promise<T>}
   */
  async allows(what, during) {
    this.borne.push(what);
    try {
      return await during();
    } finally {
      await this.forbids(what);
    }
  }

  /** That it is no part of the story any more. @param {RegExp} what */
  async forbids(what) {
    // What the page has told by now arrives before its answer.
    await this.page.evaluate("0").catch(() => {});
    const at = this.borne.indexOf(what);
    if (at >= 0) this.borne.splice(at, 1);
  }

  /** @param {string} problem */
  #isBorne(problem) {
    return this.borne.some((what) => what.test(problem));
  }

  /** @param {import("playwright-core").Browser} browser @param {string} origin @param {Manner} manner */
  static async arrives(browser, origin, manner) {
    const context = await browser.newContext({
      ...SCREENS[manner.screen ?? "desktop"],
      baseURL: origin,
      javaScriptEnabled: manner.script ?? true,
      locale: manner.language ?? "en-GB",
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
      colorScheme: "light",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Visitor(context, await context.newPage(), origin, manner);
  }

  guard() {
    /** Answers with an error status that were shown as a page: the console tells of those, too. @type {Set<string>} */
    const shown = new Set();
    this.page.on("response", (response) => {
      if (response.request().isNavigationRequest()) shown.add(response.url());
      else if (response.status() >= 400) {
        const is = `${response.status()} ${response.url()}`;
        if (!this.#isBorne(is)) this.problems.push(is);
      }
    });
    this.page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      if (message.text().startsWith("Failed to load resource") && shown.has(message.location().url)) return;
      const status = message.text().match(/a status of (\d+)/)?.[1];
      if (this.#isBorne(status ? `${status} ${message.location().url}` : message.text())) return;
      this.problems.push(`console on ${this.page.url()}: ${message.text().slice(0, 160)}`);
    });
    this.page.on("pageerror", (error) => this.problems.push(`script on ${this.page.url()}: ${error.message}`));
    this.page.on("request", (request) => {
      if (new URL(request.url()).origin !== this.origin) this.problems.push(`a request to ${request.url()}`);
    });
    this.page.on("framenavigated", (frame) => {
      const { pathname, origin } = new URL(frame.url());
      if (frame === this.page.mainFrame() && origin === this.origin) this.visited.add(pattern(pathname));
    });
  }

  /** Looks at the page as it is now, in light and dark: WCAG 2.2 A and AA, and nothing wider than the screen. @param {string} [name] */
  async look(name) {
    await this.page.waitForLoadState();
    const { pathname } = new URL(this.page.url());
    this.looked.add(pattern(pathname));
    // axe needs the page's own timers.
    if (!this.script) return this.picture(name ?? pathname, "light");
    for (const [scheme, scope] of /** @type {const} */ ([["dark", COLOURS], ["light", EVERYTHING]])) {
      await this.page.emulateMedia({ colorScheme: scheme });
      await this.page.evaluate(settled);
      await this.picture(name ?? pathname, scheme);
      for (const broken of await this.violations(scope)) this.problems.push(`${broken} (${scheme}, ${this.screen}, ${pathname})`);
    }
    await this.#fits(pathname);
    this.problems.push(...(await this.page.evaluate(offCentre)).map((what) => `${what} (${this.screen}, ${pathname})`));
    if (this.touch) this.problems.push(...(await this.page.evaluate(tooSmall)).map((what) => `${what} for a finger (${this.screen}, ${pathname})`));
  }

  /** That nothing scrolls sideways, on this screen and on the narrowest there is (WCAG 2.2, 1.4.10). @param {string} pathname */
  async #fits(pathname) {
    const own = this.page.viewportSize();
    for (const width of [own?.width ?? 0, NARROWEST]) {
      if (own && width !== own.width) await this.page.setViewportSize({ ...own, width });
      const wide = await this.page.evaluate(tooWide);
      if (wide) this.problems.push(`${pathname} is ${wide} px wide on ${width} px`);
    }
    if (own) await this.page.setViewportSize(own);
  }

  /** @param {object} runOnly @returns {Promise<string[]>} */
  async violations(runOnly) {
    if (!(await this.page.evaluate("'axe' in globalThis"))) await this.page.evaluate(axeSource);
    // Not into frames: it is not in them, and asks the sandboxed one of a mail by an origin it has not.
    const found = await this.page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly, resultTypes: ["violations"], iframes: false })})`);
    const { violations } = /** @type {import("axe-core").AxeResults} */ (found);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary?.replace(/\s+/g, " ")}`));
  }

  /** Kept only if someone wants to look, too: `TRADEPOST_TEST_PICTURES=folder tests/browser/run`. @param {string} name @param {string} scheme */
  async picture(name, scheme) {
    const folder = process.env.TRADEPOST_TEST_PICTURES;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const file = [this.screen, this.script ? "" : "no-script", pattern(name), scheme].filter(Boolean).join(" ").replace(/[^\w.]+/g, "-");
    await this.page.screenshot({ path: `${folder}/${file}.png` });
  }
}

/** An address without its ids and tokens. @param {string} path */
const pattern = (path) => path.replace(/\/[^/]*\d[^/]*(?=\/|$)|(?<=\/(not-me|reset|confirm)\/)[^/]+/g, "/*");

/** In the page: brings whatever moves to its end. One transition may start another where a colour is inherited. */
export function settled() {
  const running = () => document.getAnimations().filter((animation) => animation.playState === "running");
  for (let moving = running(); moving.length; moving = running()) for (const animation of moving) animation.finish();
}

/** In the page: how wide it is, if that is more than the screen; 0 otherwise. The sales app is for tablets. */
function tooWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth && !(document.querySelector(".sales") && clientWidth < 390) ? scrollWidth : 0;
}

/** In the page: buttons whose label does not stand in their middle. */
function offCentre() {
  const shown = [...document.querySelectorAll("button, .button, summary.button, .link-button, .chip")].filter((button) => button.checkVisibility({ visibilityProperty: true }));
  return shown.flatMap((button) => {
    const lines = [];
    const words = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
    for (let node = words.nextNode(); node; node = words.nextNode()) {
      if (!node.textContent?.trim() || !node.parentElement) continue;
      // For screen readers only.
      if (getComputedStyle(node.parentElement).clipPath !== "none" || node.parentElement.closest(".visually-hidden")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      lines.push(...range.getClientRects());
    }
    if (!lines.length) return [];
    const box = button.getBoundingClientRect();
    const middle = (Math.min(...lines.map((line) => line.top)) + Math.max(...lines.map((line) => line.bottom))) / 2;
    const off = Math.round(middle - (box.top + box.bottom) / 2);
    return Math.abs(off) > 3 ? [`the label of “${button.textContent?.trim().slice(0, 40)}” stands ${off} px from its middle`] : [];
  });
}

/** In the page: what is to be touched and is less than 44 px high, but for links in running text. */
function tooSmall() {
  const touched = "button, summary, select, input:not([type=checkbox], [type=hidden]), .button, nav a, .list a";
  const targets = [...document.querySelectorAll(`:is(.site, .sales) :is(${touched})`)];
  const seen = targets.filter((target) => target.checkVisibility({ visibilityProperty: true }) && !target.closest(".visually-hidden, .skip"));
  const small = seen.filter((target) => target.getBoundingClientRect().height < 43.5);
  return small.map((target) => `${target.tagName.toLowerCase()} “${target.textContent?.trim().slice(0, 40)}” is ${Math.round(target.getBoundingClientRect().height)} px high, too small`);
}
