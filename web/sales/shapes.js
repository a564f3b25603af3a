// @ts-check
/**
 * The shapes of `/api/v1` as the app sees them: types only, nothing runs here. Moments are RFC 3339 in
 * UTC, ids are UUIDs, what is absent is `null`.
 *
 * @typedef {{ type: string, title: string, status: number, detail: string, reason?: string,
 *   current?: Contact, errors?: { field: string, detail: string }[], factors?: string[] }} Problem
 *
 * @typedef {{ id: string, name: string, created_at: string, last_seen_at: string, address: string | null, current: boolean }} Device
 *
 * @typedef {{ id: string, name: string, role: string, kind: "rep" | "dual" | "admin",
 *   permissions: { customers: "none" | "read" | "write", reach: "own_territories" | "all_retailers", acts: string[] },
 *   territories: string[], device: Device, supplier: { name: string, accent: string },
 *   reset: { valid_for_s: number, may_stop_current: boolean }, languages: { tag: string, name: string }[],
 *   second_factor: { has_factor: boolean, due_at: string | null } }} Me
 *
 * @typedef {{ id: string, account_number: string, name: string, address: string, territory: string, active: boolean, version: number }} Retailer
 *
 * @typedef {"inactive" | "off" | "missing_email" | "missing_username" | "bounced" | "not_invited" | "inviting" | "invited" |
 *   "invitation_expired" | "active" | "brought_along" | "resetting" | "reset_sent" | "stopped"} AccessState
 *
 * @typedef {{ state: AccessState, until: string | null, then: AccessState | null }} Access
 *
 * @typedef {{ id: string, retailer: string, name: string, position: string, phone: string, language: string,
 *   email: string | null, email_changed_at: string | null, username: string | null, website_access: boolean, active: boolean,
 *   access: Access, has_password: boolean, was_welcomed: boolean, last_sign_in_at: string | null,
 *   bounced_at: string | null, version: number }} Contact
 *
 * @typedef {Contact & { retailer_name: string, account_number: string, cautions: string[],
 *   latest_reset: Reset | null, others_sharing: number }} ContactDetail
 *
 * @typedef {"waiting" | "put_off" | "handed_over" | "bounced" | "given_up" | "unsure" | "used" | "expired" | "cancelled" | "superseded"} ResetState
 *
 * @typedef {{ id: string, contact: string, state: "open" | "entered" | "declined" | "closed", email: string | null,
 *   username: string | null, website_access: boolean, note: string, asked_by: string, asked_at: string,
 *   settled_by: string | null, settled_at: string | null, answer: string }} ChangeRequest
 *
 * @typedef {{ tone: "neutral" | "info" | "ok" | "warn" | "bad", shape: string, word: string }} Badge
 *
 * @typedef {{ id: string, contact: string, kind: "invitation" | "reset", state: ResetState, requested_at: string,
 *   started_by: string, stops_current: boolean, until: string | null, next_try_at: string | null, answer: string | null,
 *   encrypted: boolean | null, final: boolean, may_cancel: boolean, badge: Badge,
 *   steps: { state: string, title: string, at: string | null, text: string, then: string | null }[] }} Reset
 */

/** @template T @typedef {{ items: T[], removed: string[], cursor: string, more: boolean, as_of: string }} Feed */

export {};
