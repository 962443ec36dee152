/** Avatar: a person's initials. Decorative: the name always stands beside it. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** Titles say nothing about who it is. */
const TITLE = /^(dr|prof|mr|mrs|ms|mx|herr|frau|med|dipl|pd)\.?$/i;

/**
 * First letters of the first and last name, by grapheme where the browser can.
 * @param {string} name
 * @returns {string} empty when there is no letter
 */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter((word) => word && !TITLE.test(word));
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1] ?? "") : "";
  return [first, last].map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}

/** @param {{name: string, large?: boolean}} props */
export function Avatar({ name, large }) {
  return html`<span class=${large ? "avatar avatar--large" : "avatar"} aria-hidden="true">${initials(name) || html`<${Icon} name="user" />`}</span>`;
}
