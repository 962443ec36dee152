/** What talking with somebody takes, in words and signs: on the waiting list, tiles and the list of people. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Badge } from "../components/badge.js";

/** @typedef {import("../../core/messages.js").Need} Need */

/** In the order they are shown. @type {readonly Need[]} */
export const NEEDS = ["cannot_hear", "cannot_speak", "sign_language", "interpreter"];

/** @type {Record<Need, string>} */
export const NEED_ICONS = { cannot_hear: "ear", cannot_speak: "message-square", sign_language: "hand", interpreter: "languages" };

/** In the words of those who talk with the person. @param {Need} need */
export function needWord(need) {
  return t(`needs.staff_${need}`);
}

/** @param {{needs: readonly Need[]}} props */
export function NeedBadges({ needs }) {
  return html`<span class="need-badges">${NEEDS.filter((need) => needs.includes(need)).map((need) => html`<${Badge} key=${need} kind="brand" icon=${NEED_ICONS[need]} testid="need"><span class="need-badges__word">${needWord(need)}</span></${Badge}>`)}</span>`;
}
