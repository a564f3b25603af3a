// @ts-check
/** Building elements. What people typed or are called only ever becomes text, never markup. */
import { fullWords, inWords } from "./times.js";

/** @typedef {import("./shapes.js").Badge} Badge */
/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

const icons = document.body.dataset.icons ?? "";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} [attributes] `on…` are listeners; `null` and `false` leave one out
 * @param {...Child} children @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
export const nodes = (children) =>
  children.flat(/** @type {1} */ (Infinity)).flatMap((child) =>
    child === null || child === undefined || child === false ? [] : [child instanceof Node ? child : String(child)]);

/** @param {string} name of the drawing in `icons.svg` */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

/** @param {string} shape */
export const mark = (shape) => el("span", { class: `shape ${shape}`, "aria-hidden": "true" });

/** @param {Badge} badge */
export const badge = ({ tone, shape, word }) => el("span", { class: `badge tone-${tone}` }, mark(shape), word);

/** A moment in the reader's words and zone. @param {string} iso @param {"exact" | "clock"} [form] */
export const time = (iso, form) => el("time", { datetime: iso, title: fullWords(iso) }, inWords(iso, form));

/** @param {string} tone @param {string} title @param {...Child} children */
export const notice = (tone, title, ...children) =>
  el("div", { class: `notice tone-${tone}` }, mark(tone === "bad" ? "cross" : tone === "ok" ? "check" : "triangle"),
    el("div", {}, title && el("p", {}, el("strong", {}, title)), ...children));

/** @param {string} title @param {Child} body @param {Child} [head] beside the title */
export const card = (title, body, head) =>
  el("section", { class: "card" }, el("div", { class: "card-head" }, el("h2", {}, title), head), body);

/** @param {[string, Child][]} facts */
export const facts = (facts) => el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

/** Enough of an address to recognise it by: `a…d@harbour.example`. @param {string} email */
function masked(email) {
  const [local, domain] = email.split(/@(?=[^@]*$)/);
  const letters = [...local];
  return [el("span", {}, `${letters[0]}…${letters.length > 1 ? letters.at(-1) : ""}@`), domain];
}

/** An address, masked until somebody wants to see it. @param {string} email @param {string} [label] */
export const address = (email, label) =>
  el("div", { class: "address" }, label && el("span", { class: "label" }, label), el("span", { class: "masked" }, masked(email)),
    el("details", { id: "address" }, el("summary", {}, el("span", { class: "when-closed" }, "show"), el("span", { class: "when-open" }, "hide")), el("span", { class: "full" }, email)));

/** @param {string} title @param {string} text @param {string} drawing @param {Child} [act] */
export const empty = (title, text, drawing, act) =>
  el("div", { class: "empty" }, icon(drawing), el("h2", {}, title), el("p", {}, text), act);

/** @param {string} label @param {string} drawing @param {() => void} act @param {Record<string, any>} [more] */
export const button = (label, drawing, act, { class: look = "", ...more } = {}) =>
  el("button", { type: "button", class: `button ${look}`, onclick: act, ...more }, drawing && icon(drawing), label);

/** @param {string} label @param {string} drawing @param {string} href @param {string} [look] */
export const link = (label, drawing, href, look = "") => el("a", { class: `button ${look}`, href }, drawing && icon(drawing), label);

/** @param {string} label @param {string} href where it leads on a screen that shows one pane at a time */
export const back = (label, href) => link(label, "back", href, "quiet back");

/** Says something to those who don't see it. @param {string} text */
export function announce(text) {
  const said = document.getElementById("said");
  if (said) said.textContent = text;
}

/**
 * Puts new content in the place of old: nothing happens when it reads the same; focus, open details and
 * where it was scrolled to stay.
 * @param {HTMLElement} into @param {Child[]} children
 */
export function show(into, children) {
  const next = el("div", {}, ...children);
  for (const open of into.querySelectorAll("details[open][id]")) {
    const same = next.querySelector(`#${CSS.escape(open.id)}`);
    if (same instanceof HTMLDetailsElement) same.open = true;
  }
  if (into.innerHTML === next.innerHTML) return;
  const held = into.contains(document.activeElement) ? document.activeElement?.id : "";
  const { scrollTop } = into;
  into.replaceChildren(...next.childNodes);
  into.scrollTop = scrollTop;
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}
