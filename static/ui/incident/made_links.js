/** Links of callers that this page has made or asked for: no other answer holds them, so that they are shown only here. */
import { signal } from "../../vendor/preact.js";

/** @typedef {import("./commands.js").IncidentLink} IncidentLink */

/** By the id of the link. */
export const madeLinks = signal(/** @type {ReadonlyMap<string, IncidentLink>} */ (new Map()));

/** @param {IncidentLink} link */
export function keepLink(link) {
  madeLinks.value = new Map(madeLinks.value).set(link.id, link);
}
