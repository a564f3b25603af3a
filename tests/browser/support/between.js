// @ts-check
/** Stands between browsers and a demo, and does what bad networks do: loses answers, fails, brings newer files. */
import { createServer, request } from "node:http";
import { startDemo } from "./demo.js";

/** @typedef {import("node:http").IncomingMessage} Incoming */

/**
 * Once, for the first request that matches `METHOD /path`: `lose` the answer after the server gave it; `hold` it,
 * so that it never comes; `swallow` the request, so that it never arrives; answer with a status in the server's place.
 * @typedef {{ to: RegExp, does: "lose" | "hold" | "swallow" | number }} Fault
 */

/** @typedef {import("./demo.js").Demo & { faults: Fault[], passed: string[], newer: (path: string, change: (text: string) => string) => void }} DemoBehind */

const CORE = "/assets/sales/core.js";

/** The parts beneath the screens, at hand for whoever asks the app directly. @param {string} text */
function atHand(text) {
  const changed = text.replace("return { db,", "return globalThis.core = { db,");
  if (changed === text) throw new Error(`${CORE} gives its parts out in another way`);
  return changed;
}

/** @returns {Promise<DemoBehind>} */
export async function startBehind() {
  const demo = await startDemo();
  /** @type {Fault[]} */
  const faults = [];
  /** What reached the server, in order. @type {string[]} */
  const passed = [];
  /** @type {Map<string, (text: string) => string>} */
  const changed = new Map([[CORE, atHand]]);
  const server = createServer((asked, answer) => {
    const what = `${asked.method} ${asked.url}`;
    const fault = faults.find(({ to }) => to.test(what));
    if (fault) faults.splice(faults.indexOf(fault), 1);
    if (typeof fault?.does === "number") {
      asked.resume();
      const problem = { type: "/problems/broken", title: "Broken", status: fault.does, detail: "It failed on purpose." };
      return answer.writeHead(fault.does, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    }
    if (fault?.does === "swallow") return asked.resume().on("end", () => passed.push(`swallowed ${what}`));
    passed.push(what);
    const { hostname, port } = new URL(demo.url);
    const change = changed.get(asked.url ?? "");
    const { "if-none-match": _, "accept-encoding": __, ...whole } = asked.headers;
    const headers = change ? whole : asked.headers;
    const forwarded = request({ hostname, port, path: asked.url, method: asked.method, headers }, (answered) => {
      if (fault?.does === "hold") return answered.resume().on("end", () => passed.push(`held ${what}`));
      if (fault) return answered.resume().on("end", () => cutOff(answer));
      if (change) return void rewritten(answered, change).then(([headers, text]) => answer.writeHead(200, headers).end(text));
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    forwarded.on("error", () => answer.destroy());
    answer.on("close", () => forwarded.destroy());
    asked.pipe(forwarded);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const address = server.address();
  return {
    ...demo,
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    faults,
    passed,
    newer: (path, change) => changed.set(path, change),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await demo.stop();
    },
  };
}

/** The network goes while the answer comes; before its first byte browsers would ask again by themselves. @param {import("node:http").ServerResponse} answer */
function cutOff(answer) {
  answer.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  answer.write("{", () => answer.destroy());
}

/** @param {Incoming} answered @param {(text: string) => string} change @returns {Promise<[import("node:http").OutgoingHttpHeaders, string]>} */
async function rewritten(answered, change) {
  let text = "";
  for await (const part of answered.setEncoding("utf8")) text += part;
  const { "content-length": _, etag: __, ...headers } = answered.headers;
  return [headers, change(text)];
}
