// @ts-check
/** Sample customers and acts. */
import { newRecord } from "../../../web/sales/records.js";

/** @typedef {import("../../../web/sales/shapes.js").Contact} Contact */

/** An id that ends in a number. @param {number} number */
export const id = (number) => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

export const STAFF = id(1);
export const SHOP = id(2);
export const ANNA = id(3);
export const NOW = Date.parse("2026-11-26T14:00:00.000Z");

/** @param {Partial<Contact>} [more] @returns {Contact} */
export const contact = (more) => ({
  id: ANNA,
  retailer: SHOP,
  name: "Anna Sample",
  position: "Owner",
  phone: "01632 960123",
  language: "en",
  email: "anna@shop.example",
  email_changed_at: null,
  username: "anna",
  website_access: true,
  active: true,
  access: { state: "not_invited", until: null, then: null },
  has_password: false,
  was_welcomed: false,
  last_sign_in_at: null,
  bounced_at: null,
  version: 3,
  ...more,
});

/** A record that was entered at a moment. @param {number} at @param {Partial<import("../../../web/sales/records.js").QueueRecord>} [more] */
export const record = (at, more) => ({
  ...newRecord({ kind: "reset", staff: STAFF, retailer: SHOP, contact: ANNA, body: { stop_current: false } }, id(1000 + at), at),
  ...more,
});
