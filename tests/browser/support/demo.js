// @ts-check
/** A `tradepost demo` of one's own: sample customers, an inbox, and staff whose passwords it prints. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** @typedef {{ email: string, password: string }} Staff */
/** @typedef {{ url: string, staff: Record<string, Staff>, stop: () => Promise<void>, fiveMinutesPass?: () => void, tokensExpire?: () => void }} Demo */

/** Starts a demo on a free port and reads from its greeting how to get in. @returns {Promise<Demo>} */
export async function startDemo() {
  const binary = process.env.TRADEPOST_BIN ?? "tradepost";
  const folder = mkdtempSync(join(tmpdir(), "tradepost-journey-"));
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0", "--data", folder], { stdio: ["ignore", "pipe", "inherit"] });
  child.once("error", (error) => console.error(`${binary} did not start: ${error.message}`));
  let url = "";
  /** @type {Record<string, Staff>} */
  const staff = {};
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= line.match(/Website\s+(\S+)\/$/)?.[1] ?? "";
    const [, email, name, password] = line.match(/^ {2}((\S+)@\S+)\s+(\S+)/) ?? [];
    if (email && name && password) staff[name] = { email, password };
    if (name !== "rep.south") continue;
    const gone = async () => {
      await stop(child);
      rmSync(folder, { recursive: true, force: true });
    };
    const database = join(folder, "demo.db");
    return { url, staff, stop: gone, fiveMinutesPass: () => change(database, OLDER), tokensExpire: () => change(database, EXPIRED) };
  }
  throw new Error("the demo ended before it said how to sign in");
}

/** What staff proved is older by five minutes at once: the demo's clock can't be moved. */
const OLDER = "update sessions set proved_at = proved_at - 301000";
/** Access tokens of devices ran out. */
const EXPIRED = "update sessions set access_until = 1 where access_until is not null";

/** @param {string} database @param {string} statement */
function change(database, statement) {
  const program = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); db.execute(sys.argv[2]); db.commit()";
  execFileSync("python3", ["-c", program, database, statement]);
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
