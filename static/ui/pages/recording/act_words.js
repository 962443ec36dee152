/** What was done beside talking, in words. */
import { language, t } from "../../../core/i18n.js";
import { vitalText } from "../../oncall/vital_text.js";
import { personWords } from "../recordings/words.js";

/** @typedef {import("../../../core/review/messages.js").Act} Act */
/** @typedef {import("./review.js").Review} Review */

/** @type {Record<import("../../../core/review/messages.js").ActKind, string>} */
export const ACT_ICONS = { instruction: "clipboard-list", drawing: "notebook-pen", still: "camera", handover: "users", vital: "activity", ring: "bell-ring", silence: "bell-off" };

/** Requests by what is asked, and by its value where that says which. @type {Record<string, string>} */
const ASKS = {
  "camera rear": "ask_rear", "camera front": "ask_front", "light on": "ask_light", "light off": "ask_light_off",
  hold_still: "ask_hold_still", turn: "ask_turn", closer: "ask_closer", still: "ask_photo", zoom: "ask_zoom", "zoom 1": "ask_zoom_out",
};
const HANDOVERS = new Set(["offered", "accepted", "declined", "withdrawn", "released"]);
const RINGS = new Set(["paged", "rang", "accepted", "declined", "missed", "unanswered", "cancelled"]);
const SILENCES = new Set(["begun", "ended"]);
const VITALS = new Set(["pulse", "blood_pressure", "spo2", "breathing", "temperature", "gcs", "glucose"]);

/** @param {Act} act what the caller was asked or shown */
function asked(act) {
  if (act.what === "card") return act.words[language()] ?? Object.values(act.words)[0] ?? t("review.act_some_card");
  const key = ASKS[`${act.what} ${act.value}`] ?? ASKS[act.what];
  return key ? t(`incident.${key}`) : act.what;
}

/** @param {Review} review @param {Act} act @returns {string} one line */
export function actWords(review, act) {
  const person = review.person(act.participant_id ?? "");
  const whose = person ? personWords(person) : t("review.somebody");
  switch (act.kind) {
    case "instruction":
      return t(act.seen ? "review.act_instruction" : "review.act_instruction_unseen", { name: act.name, person: whose, what: asked(act) });
    case "drawing":
      return t("review.act_drawing", { name: act.name, person: whose, count: Number(act.value) || 0 });
    case "still":
      return t(act.still ? "review.act_still" : "review.act_still_deleted", { person: whose, number: act.still?.number ?? 0 });
    case "handover": {
      const what = HANDOVERS.has(act.what) ? act.what : "offered";
      return t(`review.act_handover_${what}`, { name: act.name, person: act.to }) + (act.text ? `: ${act.text}` : "");
    }
    case "vital":
      return t("review.act_vital", { what: VITALS.has(act.what) ? t(`vital.${act.what}`) : act.what, value: vitalText(/** @type {any} */ (act)), name: act.name });
    case "ring":
      return t(`review.act_ring_${RINGS.has(act.what) ? act.what : "paged"}`, { name: act.name, speciality: act.to }) + (act.text ? `: ${act.text}` : "");
    case "silence": {
      const what = SILENCES.has(act.what) ? act.what : "begun";
      return act.name ? t(`review.act_silence_${what}_by`, { name: act.name, person: whose }) : t(`review.act_silence_${what}`, { person: whose });
    }
    default:
      return act.what;
  }
}
