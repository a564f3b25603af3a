// @ts-check
/** Debian's Chromium, with an empty profile of its own; root may run it, too. */
import { chromium } from "./tools.js";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const openBrowser = () => chromium.launch({ executablePath: process.env.TRADEPOST_CHROMIUM, headless: true, args: FLAGS });
