// @ts-check
/** Which screen an address opens. */
import { confirmReset } from "./screens/confirm.js";
import { contact } from "./screens/contact.js";
import { ask, details, newContact, signIn } from "./screens/forms.js";
import { home } from "./screens/home.js";
import { me } from "./screens/me.js";
import { reset } from "./screens/reset.js";
import { retailer } from "./screens/retailer.js";
import { syncCentre } from "./screens/sync.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./main.js").Screen} Screen */

/** @type {[RegExp, (app: App, ...ids: string[]) => Screen][]} */
const SCREENS = [
  [/^\/sales\/retailers\/([^/]+)$/, retailer],
  [/^\/sales\/retailers\/([^/]+)\/contacts\/new$/, newContact],
  [/^\/sales\/contacts\/([^/]+)$/, contact],
  [/^\/sales\/contacts\/([^/]+)\/edit$/, details],
  [/^\/sales\/contacts\/([^/]+)\/sign-in$/, signIn],
  [/^\/sales\/contacts\/([^/]+)\/ask$/, ask],
  [/^\/sales\/contacts\/([^/]+)\/resets\/new$/, confirmReset],
  [/^\/sales\/contacts\/([^/]+)\/resets\/([^/]+)$/, reset],
  [/^\/sales\/sync$/, syncCentre],
  [/^\/sales\/me$/, me],
];

/** @param {App} app @param {string} path @returns {Screen} */
export function screenAt(app, path) {
  for (const [pattern, open] of SCREENS) {
    const ids = path.match(pattern)?.slice(1);
    if (ids) return open(app, ...ids);
  }
  return home(app);
}
