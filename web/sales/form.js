// @ts-check
/** A form as a screen: what is typed is kept on the device until it is entered, also when the app is killed. */
import { StorageError } from "./db.js";
import { back, button, el, link, notice } from "./dom.js";
import { notEntered } from "./screens/faults.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./main.js").View} View */
/**
 * @typedef {{ name: string, label: string, type?: string, hint?: string, required?: boolean, optional?: boolean,
 *   maxlength?: number, autocomplete?: string, options?: [string, string][], checkbox?: boolean }} Field
 */
/**
 * `view`: where one is, and what is said before the fields; `closed`: none are shown.
 * `check` says what is wrong with it beyond what is required. `save` enters what was typed and says where to go then.
 * @typedef {{ fields: Field[], values: Record<string, any>, errors?: { field: string, detail: string }[], act: string,
 *   back: { label: string, href: string }, view: () => Omit<View, "detail"> & { intro?: import("./dom.js").Child[], closed?: boolean, detail?: import("./dom.js").Child[] },
 *   check?: (values: Record<string, any>) => { field: string, detail: string }[],
 *   save: (values: Record<string, any>) => Promise<string> }} Asked
 */

export class FormScreen {
  #app;
  #asked;
  /** What the fields were drawn with; what was typed since is in `#typed`. */
  #drawn;
  #typed;
  /** @type {{ field: string, detail: string }[]} */
  #errors;
  #draft = `draft-${location.pathname}`;
  #restored = false;
  #fault = "";
  #busy = false;

  /** @param {App} app @param {Asked} asked */
  constructor(app, asked) {
    this.#app = app;
    this.#asked = asked;
    this.#drawn = { ...asked.values };
    this.#typed = { ...asked.values };
    this.#errors = asked.errors ?? [];
  }

  /** @param {AbortSignal} signal */
  start(signal) {
    void this.#app.db.meta(this.#draft).then((draft) => {
      if (signal.aborted || !draft || draft.staff !== this.#app.sync.me?.id) return;
      this.#typed = { ...this.#asked.values, ...draft.values };
      this.#drawn = { ...this.#typed };
      this.#restored = true;
      this.#app.redraw();
    });
  }

  render() {
    const { intro = [], closed = false, detail, ...view } = this.#asked.view();
    const { back: from, act, fields } = this.#asked;
    if (detail) return { ...view, detail };
    const head = [back(from.label, from.href), el("div", { class: "page-head" }, el("div", { class: "title" }, el("h1", {}, view.title), ...intro))];
    if (closed) return { ...view, detail: head };
    const form = el("form", { class: "form", id: "form", novalidate: true, onsubmit: (/** @type {Event} */ event) => void this.#submit(event), oninput: (/** @type {Event} */ event) => this.#note(event) },
      this.#restored && notice("info", "", el("p", {}, "What you typed before is back. ", button("Begin anew", "", () => void this.#forget(), { class: "small" }))),
      this.#errors.length > 0 && el("div", { class: "error-summary", role: "alert" }, el("h2", {}, "This can’t be entered yet"), el("ul", {}, this.#errors.map(({ field, detail }) => el("li", {}, this.#wrong(field, detail))))),
      this.#fault && notice("bad", "", el("p", {}, this.#fault)),
      fields.map((field) => this.#field(field)));
    return { ...view, detail: [...head, form], thumb: [el("button", { type: "submit", form: "form", class: "button primary", id: "save" }, act), link("Cancel", "", from.href)] };
  }

  /** @param {string} field @param {string} detail */
  #wrong(field, detail) {
    if (!this.#asked.fields.some(({ name }) => name === field)) return detail;
    const lead = (/** @type {Event} */ event) => {
      event.preventDefault();
      document.getElementById(field)?.focus();
    };
    return el("a", { href: `#${field}`, onclick: lead }, detail);
  }

  /** @param {Field} field */
  #field({ name, label, type = "text", hint, required, optional, maxlength, autocomplete = "off", options, checkbox }) {
    const error = this.#errors.filter(({ field }) => field === name).map(({ detail }) => detail).join(" ");
    const value = this.#drawn[name] ?? "";
    const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
    const common = { id: name, name, "aria-describedby": described || null, "aria-invalid": error ? "true" : null };
    const notes = [hint && el("p", { class: "hint", id: `${name}-hint` }, hint), error && el("p", { class: "field-error", id: `${name}-error` }, error)];
    if (checkbox) return el("div", { class: "checkbox" }, el("input", { ...common, type: "checkbox", checked: value === true }), el("label", { for: name }, label), notes);
    const input = options
      ? el("div", { class: "select" }, el("select", { ...common, class: "input" }, options.map(([key, word]) => el("option", { value: key, selected: key === value }, word))))
      : el("input", { ...common, class: "input", type, value, maxlength, autocomplete, required, autocapitalize: type === "text" && name === "name" ? "words" : "off", spellcheck: "false" });
    return el("div", { class: "field" }, el("label", { for: name }, label, optional && el("span", { class: "optional" }, " (optional)")), input, notes);
  }

  /** @param {Event} event */
  #note({ target }) {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    this.#typed[target.name] = target instanceof HTMLInputElement && target.type === "checkbox" ? target.checked : target.value;
    // With every key: whatever kills the app in the next moment takes nothing along. What can't be kept can still be entered.
    this.#app.db.setMeta(this.#draft, { staff: this.#app.sync.me?.id, values: this.#typed }).catch(() => {});
  }

  async #forget() {
    await this.#app.db.setMeta(this.#draft, undefined);
    this.#restored = false;
    this.#typed = { ...this.#asked.values };
    this.#drawn = { ...this.#typed };
    /** @type {HTMLFormElement | null} */ (document.querySelector("#form"))?.reset();
    this.#app.redraw();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#busy) return;
    const values = Object.fromEntries(this.#asked.fields.map(({ name, checkbox }) => [name, checkbox ? this.#typed[name] === true : tidy(this.#typed[name])]));
    this.#errors = this.#asked.fields.filter(({ name, required }) => required && !values[name]).map(({ name, label }) => ({ field: name, detail: `${label} is needed.` }))
      .concat(this.#asked.check?.(values) ?? []);
    if (this.#errors.length) return this.#refuse();
    this.#busy = true;
    try {
      const next = await this.#asked.save(values);
      await this.#app.db.setMeta(this.#draft, undefined);
      this.#app.toast(navigator.onLine ? "Entered" : "Entered on this device: it is sent when there is a network");
      this.#app.go(next, { replace: true });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#fault = notEntered(error.fault);
      this.#refuse();
    } finally {
      this.#busy = false;
    }
  }

  #refuse() {
    this.#drawn = { ...this.#typed };
    this.#app.redraw();
    document.getElementById(this.#errors[0]?.field ?? "form")?.focus();
  }
}

/** @param {unknown} typed */
const tidy = (typed) => String(typed ?? "").replace(/\s+/g, " ").trim();
