// @ts-check
/**
 * The two feeds of changes, page by page: what a page brings and the cursor behind it are written in one
 * transaction, so whatever kills the app, it goes on where it was.
 */
import { UNREACHED, problemKey } from "./api.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {"retailers" | "contacts"} FeedName */

/**
 * Where a feed stands. Each walk from the beginning has a number, and so has every row it saw; at its end
 * the rows it didn't see are removed. `as_of` is set once a walk came to its end.
 * @typedef {{ cursor: string | null, walk: number, whole: boolean, as_of: string | null }} Standing
 */

/** Ids of rows that came, changed or went. @typedef {Record<FeedName, string[]>} Changed */

const PAGE = 1000;

/**
 * @param {{ db: import("./db.js").Database, api: import("./api.js").Api }} parts @param {(feed: FeedName, count: number) => void} moved
 * @returns {Promise<{ answer: Answer, changed: Changed }>} the last answer, and what is different now
 */
export async function pull(parts, moved) {
  /** @type {Changed} */
  const changed = { retailers: [], contacts: [] };
  const answer = await follow(parts, "retailers", changed, moved);
  return { answer: answer.ok ? await follow(parts, "contacts", changed, moved) : answer, changed };
}

/**
 * @param {{ db: import("./db.js").Database, api: import("./api.js").Api }} parts @param {FeedName} feed
 * @param {Changed} changed @param {(feed: FeedName, count: number) => void} moved @returns {Promise<Answer>}
 */
async function follow({ db, api }, feed, changed, moved) {
  for (;;) {
    /** @type {Standing} */
    const standing = (await db.meta(`${feed}-feed`)) ?? { cursor: null, walk: 1, whole: true, as_of: null };
    const query = new URLSearchParams({ limit: String(PAGE), ...(standing.cursor && { since: standing.cursor }) });
    const answer = await api.ask(`/api/v1/${feed}?${query}`, { timeoutMs: 30_000 });
    if (problemKey(answer) === "cursor-expired" && standing.cursor) {
      await db.setMeta(`${feed}-feed`, { cursor: null, walk: standing.walk + 1, whole: true, as_of: standing.as_of });
      continue;
    }
    if (!answer.ok) return answer;
    const ids = await keep(db, feed, standing, answer.body);
    if (!ids) return UNREACHED;
    changed[feed].push(...ids);
    moved(feed, answer.body.items.length);
    if (!answer.body.more) return answer;
  }
}

/**
 * @param {import("./db.js").Database} db @param {FeedName} feed @param {Standing} standing @param {import("./shapes.js").Feed<{ id: string }>} page
 * @returns {Promise<string[] | null>} ids of rows that came or went; `null`: the device was wiped meanwhile, and nothing was kept
 */
function keep(db, feed, { walk, whole, as_of }, { items, removed, cursor, more, ...page }) {
  return db.write([feed, "meta"], async (tx) => {
    if (!(await tx.get("meta", "me"))) return null;
    for (const item of items) tx.put(feed, { ...item, walk });
    for (const id of removed) tx.remove(feed, id);
    const unseen = whole && !more ? (await tx.all(feed)).filter((row) => row.walk !== walk) : [];
    for (const { id } of unseen) tx.remove(feed, id);
    tx.setMeta(`${feed}-feed`, { cursor, walk, whole: whole && more, as_of: more ? as_of : page.as_of });
    return [...items, ...unseen].map(({ id }) => id).concat(removed);
  });
}
