// @ts-check
/** When there is nothing to go on with. */
import { button, el } from "../dom.js";

/** @typedef {import("../db.js").StorageFault} StorageFault */

/** @type {Record<StorageFault, [title: string, text: string]>} */
const FAULTS = {
  full: ["This device has no room left", "Nothing was lost. Free some space in the device’s settings, then open the app again."],
  blocked: ["The app is open in another window", "An older version of it holds the data. Close the other windows of the app; this one then goes on by itself."],
  newer: ["A newer app has been here", "The data on this device belongs to a newer version. Connect to the network and load the app again."],
  closed: ["The app was closed by the device", "Nothing was lost. Load it again to go on."],
  broken: ["This device’s storage can’t be used", "Private windows have none. Otherwise restart the device and open the app again; if that doesn’t help, tell the office."],
};

/** @param {StorageFault} fault @returns {import("../dom.js").Child[]} */
export function storageFault(fault) {
  const [title, text] = FAULTS[fault];
  return [el("h1", {}, title), el("p", {}, text), button("Load again", "refresh", () => location.reload(), { class: "primary wide" })];
}

/** What to say when something could not be entered. @param {StorageFault} fault */
export const notEntered = (fault) => `Nothing was entered. ${FAULTS[fault][0]}: ${FAULTS[fault][1]}`;
