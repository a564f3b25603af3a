// @ts-check
/** A `tradepost serve` of one's own with a mail server beside it, to be killed and started again. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { SMTPServer } from "./tools.js";

/** @typedef {import("./demo.js").Demo & { received: string[], letters: string[], command: (args: string[], input?: string) => void, kill: () => Promise<void>, serve: () => Promise<void> }} House */

const PASSWORD = "corridor piano 77 lantern";
const binary = process.env.TRADEPOST_BIN ?? "tradepost";

/**
 * An installation with so many contacts, each at a shop of their own unless told, one owner, and one rep.
 * @param {number} contacts @param {number} [shops] @returns {Promise<House>}
 */
export async function startHouse(contacts, shops = contacts) {
  const house = await prepare({ TRADEPOST_SUPPLIER__NAME: "Harbour Wholesale" });
  house.command(["init"]);
  const rows = Array.from({ length: contacts }, (_, n) => `${20000 + (n % shops)},Sample Shop ${n % shops},North,Sample Person ${n},person${n}@mail${n % 7}.example,person${n},yes`);
  writeFileSync(`${house.folder}/contacts.csv`, ["account_number,retailer,territory,contact,email,username,website_access", ...rows].join("\n"));
  house.command(["import", "customers", "contacts.csv", "--new-territories"]);
  house.command(["staff", "add", "--email", "owner@harbour.example", "--name", "Sample Owner", "--kind", "admin", "--role", "owner", "--password-stdin"], `${PASSWORD}\n`);
  house.command(["staff", "add", "--email", "rep@harbour.example", "--name", "Sample Rep", "--kind", "rep", "--role", "sales-rep", "--territory", "North", "--password-stdin"], `${PASSWORD}\n`);
  await house.serve();
  return house;
}

/** `tradepost serve` on nothing at all, but for a database made by `init`. @returns {Promise<House>} */
export async function startNothing() {
  const house = await prepare({});
  house.command(["init"]);
  await house.serve();
  return house;
}

/** What an installation needs before it is served. @param {Record<string, string>} own @returns {Promise<House & { folder: string }>} */
async function prepare(own) {
  const folder = mkdtempSync(`${tmpdir()}/tradepost-house-`);
  /** Where mails went, in the order they came. @type {string[]} */
  const received = [];
  /** The mails themselves. @type {string[]} */
  const letters = [];
  const smtp = await mailServer(received, letters);
  const port = await freePort();
  const env = {
    ...process.env,
    TRADEPOST_HTTP__LISTEN: `127.0.0.1:${port}`,
    TRADEPOST_DATABASE__URL: `sqlite:${folder}/house.db`,
    TRADEPOST_MAIL__SMTP_URL: `smtp://127.0.0.1:${smtp.server.address().port}`,
    TRADEPOST_MAIL__FROM: "Harbour Wholesale <orders@harbour.example>",
    TRADEPOST_PASSWORD__MEMORY_KIB: "1024",
    TRADEPOST_LOG__LEVEL: "warn",
    // Mails are counted by whom they reach.
    TRADEPOST_INVITATION__USERNAME: "never",
    ...own,
  };
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let child;
  const url = `http://127.0.0.1:${port}`;
  const house = {
    url,
    folder,
    staff: { owner: { email: "owner@harbour.example", password: PASSWORD }, rep: { email: "rep@harbour.example", password: PASSWORD } },
    received,
    letters,
    /** @param {string[]} args @param {string} [input] */
    command(args, input) {
      const { status, stderr } = spawnSync(binary, args, { cwd: folder, env, input, encoding: "utf8" });
      if (status !== 0) throw new Error(`tradepost ${args.join(" ")}: ${stderr}`);
    },
    async serve() {
      child = spawn(binary, ["serve"], { cwd: folder, env, stdio: ["ignore", "inherit", "inherit"] });
      while (!(await isReady(url))) if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}`);
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      await house.kill();
      await new Promise((done) => smtp.close(() => done(undefined)));
      rmSync(folder, { recursive: true });
    },
  };
  return house;
}

/** @param {string[]} received @param {string[]} letters */
async function mailServer(received, letters) {
  const smtp = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    /** @param {import("node:stream").Readable} stream @param {{ envelope: { rcptTo: { address: string }[] } }} session @param {() => void} done */
    onData(stream, session, done) {
      let letter = "";
      stream.on("data", (part) => (letter += part));
      stream.on("end", () => {
        letters.push(letter);
        received.push(...session.envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  // A client that is killed hangs up in the middle.
  smtp.on("error", () => {});
  await new Promise((listening) => smtp.listen(0, "127.0.0.1", () => listening(undefined)));
  return smtp;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}

/** @param {string} url */
async function isReady(url) {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  if (answer?.ok) return true;
  await new Promise((later) => setTimeout(later, 50));
  return false;
}
