// @ts-check
/** What npm installed outside the working tree; `run` says where. */
import { createRequire } from "node:module";

const folder = process.env.TRADEPOST_TEST_NODE_MODULES;
if (!folder) throw new Error("start the journeys with tests/browser/run");
const require = createRequire(`${folder}/`);

/** @type {typeof import("playwright-core")} */
export const { chromium } = require("playwright-core");
/** @type {string} */
export const axeSource = require("axe-core").source;
/** A mail server. @type {any} */
export const { SMTPServer } = require("smtp-server");
