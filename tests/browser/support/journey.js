// @ts-check
/** A journey is a story told once per screen, each time in a demo of its own; the journeys of a file share a browser. */
import { appendFileSync } from "node:fs";
import { after, test } from "node:test";
import { openBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { Visitor } from "./visitor.js";

/** @typedef {import("./screens.js").ScreenName} ScreenName */
/** @typedef {import("./visitor.js").Manner} Manner */
/** @typedef {{ demo: import("./demo.js").Demo, screen: ScreenName, come: (manner?: Manner) => Promise<Visitor> }} Scene */

/** Where a story takes place. @template {import("./demo.js").Demo} Place @typedef {{ demo: Place, screen: ScreenName, come: (manner?: Manner) => Promise<Visitor> }} SceneAt */

/** Started by the first journey. @type {Promise<import("playwright-core").Browser> | undefined} */
let opened;
after(async () => (await opened)?.close());

/** @param {string} title @param {ScreenName[]} screens @param {(scene: Scene) => Promise<unknown>} story */
export const journey = (title, screens, story) => journeyAt(startDemo, title, screens, story);

/**
 * A journey somewhere else than in a demo.
 * @template {import("./demo.js").Demo} Place
 * @param {() => Promise<Place>} start @param {string} title @param {ScreenName[]} screens @param {(scene: SceneAt<Place>) => Promise<unknown>} story
 */
export function journeyAt(start, title, screens, story) {
  for (const screen of screens) {
    test(screens.length > 1 ? `${title}, ${screen}` : title, { timeout: 600_000 }, async () => {
      const browser = await (opened ??= openBrowser());
      const demo = await start();
      /** @type {Visitor[]} */
      const visitors = [];
      const come = async (/** @type {Manner} */ manner = {}) => {
        const visitor = await Visitor.arrives(browser, demo.url, { screen, ...manner });
        visitors.push(visitor);
        return visitor;
      };
      /** @type {string[]} */
      let problems = [];
      try {
        await story({ demo, screen, come });
      } catch (error) {
        for (const visitor of visitors) console.log(`# at ${visitor.page.url()}: ${await said(visitor)}`);
        throw error;
      } finally {
        problems = await farewell(visitors);
        await demo.stop();
      }
      if (problems.length) throw new Error(`the journey went well, but on its way there were:\n${problems.join("\n")}`);
    });
  }
}

/** Ends the visits; says what was wrong with them. @param {Visitor[]} visitors */
async function farewell(visitors) {
  for (const visitor of visitors) await visitor.context.close();
  note("visited", visitors.flatMap((visitor) => [...visitor.visited]));
  note("looked", visitors.flatMap((visitor) => [...visitor.looked]));
  return [...new Set(visitors.flatMap((visitor) => visitor.problems))];
}

/** Leaves addresses for `run`, which tells whether every page was looked at. @param {"visited" | "looked"} what @param {string[]} paths */
function note(what, paths) {
  const folder = process.env.TRADEPOST_TEST_SEEN;
  if (folder) appendFileSync(`${folder}/${what}`, paths.map((path) => `${path}\n`).join(""));
}

/** What a page says, to understand why a journey stopped there. @param {Visitor} visitor */
async function said({ page, problems }) {
  const text = await page.locator("main").innerText({ timeout: 1000 }).catch(() => "(no page)");
  return [text.replace(/\s+/g, " ").slice(0, 600), ...problems].join("\n# ");
}
