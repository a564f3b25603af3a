// @ts-check
/** A `tradepost demo` of one's own: sample customers, an inbox, and staff whose passwords it prints. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** @typedef {{ email: string, password: string }} Staff */
/** @typedef {{ url: string, staff: Record<string, Staff>, stop: () => Promise<void> }} Demo */

/** Starts a demo on a free port and reads from its greeting how to get in. @returns {Promise<Demo>} */
export async function startDemo() {
  const binary = process.env.TRADEPOST_BIN ?? "tradepost";
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  child.once("error", (error) => console.error(`${binary} did not start: ${error.message}`));
  let url = "";
  /** @type {Record<string, Staff>} */
  const staff = {};
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= line.match(/Website\s+(\S+)\/$/)?.[1] ?? "";
    const [, email, name, password] = line.match(/^ {2}((\S+)@\S+)\s+(\S+)/) ?? [];
    if (email && name && password) staff[name] = { email, password };
    if (name === "rep.south") return { url, staff, stop: () => stop(child) };
  }
  throw new Error("the demo ended before it said how to sign in");
}

/** @param {import("node:child_process").ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const late = setTimeout(() => child.kill("SIGKILL"), 5000);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(late);
}
