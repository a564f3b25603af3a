// @ts-check
/**
 * The customers in memory, with what waits to be sent laid over them: searched, listed, and looked through
 * for what needs attention, all without network.
 */
import { accessAfter, stateOf } from "./badges.js";
import { entry, find, fold } from "./search.js";

/** @typedef {import("./shapes.js").Retailer} Retailer */
/** @typedef {import("./shapes.js").Contact} Contact */
/** @typedef {import("./shapes.js").ChangeRequest} ChangeRequest */
/** @typedef {import("./records.js").QueueRecord} QueueRecord */
/** @typedef {import("./search.js").Entry} Entry */

/**
 * What of a contact isn't on the server yet: fields that were changed here, whether they were made here, a
 * reset or a request to the office that waits, and the act that needs a person.
 * @typedef {{ fields: string[], created: boolean, reset: QueueRecord | null, ask: QueueRecord | null, attention: QueueRecord | null }} Waiting
 */

/** A contact as the person at this device sees them. @typedef {Contact & { waiting: Waiting | null }} ShownContact */

/** Why a contact needs attention, the most pressing first. */
const PRESSING = /** @type {const} */ (["queue", "answered", "bounced", "stopped", "invitation_expired", "missing_email", "missing_username"]);

/** @typedef {typeof PRESSING[number]} Why */
/** @typedef {{ retailer: Retailer, contacts: { contact: ShownContact, why: Why }[] }} Attention */
/** @typedef {{ kind: "retailer" | "contact", id: string }} Looked */
/** @typedef {{ kind: "retailer", item: Retailer } | { kind: "contact", item: ShownContact }} Recent */

/** @typedef {import("./feeds.js").Changed} Changed */

const RECENT = 12;

/** Up to so many rows are read one by one. */
const FEW = 500;

/** Event `change`: something may look different. */
export class Customers extends EventTarget {
  #db;
  #queue;
  /** Whose customers they are. */
  #owner = "";
  /** @type {Map<string, Retailer>} */
  #retailers = new Map();
  /** @type {Map<string, Contact>} */
  #contacts = new Map();
  /** Those made here, by their records' keys. @type {Map<string, Contact>} */
  #made = new Map();
  /** Ids of contacts by retailer, in the order of names. @type {Map<string, string[]>} */
  #byRetailer = new Map();
  /** @type {Map<string, QueueRecord[]>} */
  #open = new Map();
  /** In the order of names; `over` is what waits. @type {{ retailers: Map<string, Entry>, contacts: Map<string, Entry>, over: Map<string, Entry> }} */
  #entries = { retailers: new Map(), contacts: new Map(), over: new Map() };
  /** @type {Looked[]} */
  #recent = [];
  /** What was asked of the office last, by contact. @type {Map<string, ChangeRequest>} */
  #requests = new Map();
  /** Requests whose outcome was taken note of. @type {string[]} */
  #noted = [];
  /** @type {Promise<void>} */
  #loading = Promise.resolve();

  /** @param {{ db: import("./db.js").Database, queue: import("./queue.js").Queue }} parts */
  constructor({ db, queue }) {
    super();
    this.#db = db;
    this.#queue = queue;
    queue.addEventListener("sent", (event) => {
      const { contact } = /** @type {CustomEvent<QueueRecord>} */ (event).detail;
      void this.load({ retailers: [], contacts: [contact] });
    });
    queue.addEventListener("change", () => {
      this.#layOver();
      this.#say();
    });
  }

  /** Reads the customers from the device: all, or those that changed. @param {Changed | null} [changed] */
  load(changed = null) {
    // One after the other, so that nothing older comes after something newer.
    this.#loading = this.#loading.catch(() => {}).then(() => this.#load(changed));
    return this.#loading;
  }

  /** @param {Changed | null} changed */
  async #load(changed) {
    const read = await this.#db.read(["retailers", "contacts", "meta"], async (tx) => {
      const owner = (await tx.get("meta", "me"))?.id ?? "";
      const recent = (await tx.get("meta", `recent-${owner}`)) ?? [];
      /** @type {ChangeRequest[]} */
      const requests = (await tx.get("meta", "requests")) ?? [];
      const noted = (await tx.get("meta", `noted-${owner}`)) ?? [];
      const retailers = await renewed(tx, "retailers", this.#retailers, changed);
      return { owner, recent, requests, noted, retailers, contacts: await renewed(tx, "contacts", this.#contacts, changed) };
    });
    this.#owner = read.owner;
    this.#recent = read.recent;
    // The newest comes first.
    this.#requests = new Map(read.requests.toReversed().map((request) => [request.contact, request]));
    this.#noted = read.noted.filter((/** @type {string} */ id) => read.requests.some((request) => request.id === id));
    this.#retailers = read.retailers;
    this.#contacts = read.contacts;
    this.#index();
    this.#layOver();
    this.#say();
  }

  /** Brings everything into the order of names, and makes it found. */
  #index() {
    const { retailers, contacts } = this.#entries;
    const ofRetailers = [...this.#retailers.values()].map(({ id, name, account_number, address }) => entry(id, name, [account_number, address], "", retailers.get(id)));
    const ofContacts = [...this.#contacts.values()].map((contact) => this.#entryOf(contact, contacts.get(contact.id)));
    this.#entries = { retailers: keyed(byName(ofRetailers)), contacts: keyed(byName(ofContacts)), over: new Map() };
    this.#byRetailer = grouped(this.#entries.contacts.keys(), (id) => this.#contacts.get(id)?.retailer ?? "");
  }

  /** All, in the order of names. @returns {Retailer[]} */
  get retailers() {
    return [...this.#entries.retailers.keys()].flatMap((id) => this.#retailers.get(id) ?? []);
  }

  get count() {
    return { retailers: this.#retailers.size, contacts: this.#contacts.size + this.#made.size };
  }

  /** @param {string} id */
  retailer(id) {
    return this.#retailers.get(id);
  }

  /** With what waits laid over. @param {string} id of the contact, or of the record that makes them @returns {ShownContact | undefined} */
  contact(id) {
    const stored = this.#contacts.get(id) ?? this.#made.get(id);
    return stored && laidOver(stored, this.#open.get(id) ?? []);
  }

  /** The contact somebody made here, under the id the server gave them. @param {string} key of the record */
  madeBy(key) {
    return this.#queue.record(key)?.result?.contact;
  }

  /** In the order of names; those made here come last. @param {string} retailer @returns {ShownContact[]} */
  contactsOf(retailer) {
    const made = [...this.#made.values()].filter((contact) => contact.retailer === retailer).map(({ id }) => id);
    return this.#shown([...(this.#byRetailer.get(retailer) ?? []), ...made]);
  }

  /** Others here with the same address. @param {Contact} contact @returns {ShownContact[]} */
  sharing({ id, email }) {
    if (!email) return [];
    const same = email.toLowerCase();
    return this.#shown([...this.#contacts.values()].filter((other) => other.id !== id && other.email?.toLowerCase() === same).map((other) => other.id));
  }

  /**
   * @param {string} typed @param {number} [limit] of each
   * @returns {{ retailers: Retailer[], contacts: ShownContact[], counts: { retailers: number, contacts: number } }}
   */
  search(typed, limit = 50) {
    const { retailers, contacts, over } = this.#entries;
    const foundRetailers = find(retailers.values(), typed, limit);
    const foundContacts = find(over.size ? [...over.values(), ...without(contacts, over)] : contacts.values(), typed, limit);
    return {
      retailers: foundRetailers.ids.flatMap((id) => this.#retailers.get(id) ?? []),
      contacts: this.#shown(foundContacts.ids),
      counts: { retailers: foundRetailers.count, contacts: foundContacts.count },
    };
  }

  /** What was looked at last, the newest first. @returns {Recent[]} */
  get recent() {
    return this.#recent.flatMap(({ kind, id }) => {
      const found = kind === "retailer" ? { kind, item: this.#retailers.get(id) } : { kind, item: this.contact(id) };
      return found.item ? [/** @type {Recent} */ (found)] : [];
    });
  }

  /** What was asked of the office about a contact last, if anything. @param {string} contact */
  requestOf(contact) {
    return this.#requests.get(contact);
  }

  /** Whether the office has answered, and nobody here took note of it. @param {string} contact */
  isAnswered(contact) {
    const request = this.#requests.get(contact);
    return request !== undefined && ["entered", "declined"].includes(request.state) && !this.#noted.includes(request.id);
  }

  /** Takes note of the office's answer. @param {string} contact */
  async note(contact) {
    const request = this.#requests.get(contact);
    if (!request || !this.#owner) return;
    this.#noted = [...this.#noted, request.id];
    await this.#db.setMeta(`noted-${this.#owner}`, this.#noted);
    this.#say();
  }

  /** Remembers that it was looked at. @param {Looked["kind"]} kind @param {string} id */
  async look(kind, id) {
    if (!this.#owner) return;
    this.#recent = [{ kind, id }, ...this.#recent.filter((other) => other.id !== id)].slice(0, RECENT);
    await this.#db.setMeta(`recent-${this.#owner}`, this.#recent);
  }

  /** What somebody should look after, by retailer, the most pressing first. @param {number} now @returns {Attention[]} */
  attention(now) {
    /** @type {Map<string, { id: string, why: Why }[]>} */
    const found = new Map();
    for (const contact of [...this.#contacts.values(), ...this.#made.values()]) {
      const why = this.#why(contact, now);
      if (why) found.set(contact.retailer, [...(found.get(contact.retailer) ?? []), { id: contact.id, why }]);
    }
    return this.retailers
      .flatMap((retailer) => {
        const contacts = (found.get(retailer.id) ?? []).toSorted((a, b) => pressing(a) - pressing(b));
        return contacts.length ? [{ retailer, contacts }] : [];
      })
      .sort((a, b) => pressing(a.contacts[0]) - pressing(b.contacts[0]))
      .map(({ retailer, contacts }) => ({ retailer, contacts: contacts.flatMap(({ id, why }) => {
        const contact = this.contact(id);
        return contact ? [{ contact, why }] : [];
      }) }));
  }

  /** @param {Contact} contact @param {number} now @returns {Why | null} */
  #why(contact, now) {
    const open = this.#open.get(contact.id);
    if (open?.some(({ state }) => state === "attention")) return "queue";
    if (this.isAnswered(contact.id)) return "answered";
    const state = stateOf(open ? laidOver(contact, open) : contact, now);
    return PRESSING.find((why) => why === state) ?? null;
  }

  /** @param {string[]} ids @returns {ShownContact[]} */
  #shown(ids) {
    return ids.flatMap((id) => this.contact(id) ?? []);
  }

  /** @param {Contact} contact @param {Entry} [before] */
  #entryOf({ id, retailer, name, position, email, username, phone }, before) {
    const at = this.#retailers.get(retailer);
    return entry(id, name, [email, username, position, at?.name ?? "", at?.account_number ?? ""], phone, before);
  }

  /** Takes in what the queue holds. */
  #layOver() {
    const open = this.#queue.records.filter(({ state }) => state !== "done");
    this.#open = grouped(open, ({ contact }) => contact);
    this.#made = new Map(open.flatMap((record) => (record.kind === "create" ? [[record.key, made(record)]] : [])));
    this.#entries.over = new Map([...this.#open.keys()].flatMap((id) => {
      const contact = this.contact(id);
      return contact ? [[id, this.#entryOf(contact)]] : [];
    }));
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {{ why: Why }} one */
const pressing = ({ why }) => PRESSING.indexOf(why);

/** @param {Map<string, Entry>} entries @param {Map<string, Entry>} over @returns {Iterable<Entry>} */
const without = (entries, over) => [...entries.values()].filter(({ id }) => !over.has(id));

/** @param {Entry[]} entries */
const byName = (entries) => entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** @template {{ id: string }} T @param {T[]} items @returns {Map<string, T>} */
const keyed = (items) => new Map(items.map((item) => [item.id, item]));

/**
 * What is known now: read anew, or only what changed.
 * @template {{ id: string }} T
 * @param {import("./db.js").Tx} tx @param {"retailers" | "contacts"} store @param {Map<string, T>} before @param {Changed | null} changed
 * @returns {Promise<Map<string, T>>}
 */
async function renewed(tx, store, before, changed) {
  if (!changed || changed[store].length > FEW) return keyed(await tx.all(store));
  const after = new Map(before);
  for (const id of changed[store]) {
    const row = await tx.get(store, id);
    if (row) after.set(id, row);
    else after.delete(id);
  }
  return after;
}

/** @template T @param {Iterable<T>} items @param {(item: T) => string} by @returns {Map<string, T[]>} */
function grouped(items, by) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}

/** A contact the server doesn't know yet. @param {QueueRecord} record @returns {Contact} */
function made({ key, retailer, body }) {
  const contact = {
    id: key,
    retailer,
    name: body.name,
    position: body.position ?? "",
    phone: body.phone ?? "",
    language: body.language ?? "en",
    email: body.email ?? null,
    email_changed_at: null,
    username: body.username ?? null,
    website_access: body.website_access ?? false,
    active: true,
    access: { state: /** @type {const} */ ("off"), until: null, then: null },
    has_password: false,
    was_welcomed: false,
    last_sign_in_at: null,
    bounced_at: null,
    version: 0,
  };
  return { ...contact, access: accessAfter(contact, contact) };
}

/** @param {Contact} stored @param {QueueRecord[]} open in order @returns {ShownContact} */
function laidOver(stored, open) {
  if (!open.length) return { ...stored, waiting: null };
  const changes = open.filter(({ kind }) => kind === "edit" || kind === "sign-in");
  const after = Object.assign({}, stored, ...changes.map(({ body }) => body));
  const fields = [...new Set(changes.flatMap(({ body }) => Object.keys(body)))]
    .filter((field) => after[field] !== stored[/** @type {keyof Contact} */ (field)]);
  const waiting = {
    fields,
    created: open.some(({ kind }) => kind === "create"),
    reset: open.findLast(({ kind }) => kind === "reset") ?? null,
    ask: open.findLast(({ kind }) => kind === "ask") ?? null,
    attention: open.find(({ state }) => state === "attention") ?? null,
  };
  return { ...after, access: accessAfter(stored, after), waiting };
}
