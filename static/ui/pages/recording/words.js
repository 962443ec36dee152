/** What happened in a recording, in words. */
import { t } from "../../../core/i18n.js";
import { CATEGORIES } from "../../../core/review/markers.js";
import { gapReason } from "../../../core/review/schedule.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { personWords } from "../recordings/words.js";
import { actWords } from "./act_words.js";

/** @typedef {import("../../../core/review/events.js").ReviewEvent} ReviewEvent */
/** @typedef {import("./review.js").Review} Review */

const JOINS = new Set(["joined", "left", "held", "resumed", "reconnecting", "back"]);
const QUALITY = new Set(["sound_gaps", "sound_poor", "picture_unsteady", "picture_paused"]);
const CONSENT = new Set(["captured", "not_captured"]);
const VIEWED = new Set(["watched", "downloaded", "exported", "verified"]);
const BROKEN = new Set(["missing", "changed", "reordered", "cut", "manifest", "signature", "key", "database", "former"]);

/** @param {string} category */
export function categoryWord(category) {
  return CATEGORIES.includes(category) ? t(`review.category_${category}`) : category;
}

/** @param {Review} review @param {string} participantId */
export function nameOf(review, participantId) {
  const person = review.person(participantId);
  return person ? personWords(person) : t("review.somebody");
}

/** @param {string} what */
export function viewWord(what) {
  return VIEWED.has(what) ? t(`review.viewed_${what}`) : what;
}

/** @param {string} what */
export function brokenWord(what) {
  return t(BROKEN.has(what) ? `review.broken_${what}` : "review.broken_other");
}

/** @param {string} why */
export function gapWord(why) {
  return t(`review.gap_${gapReason(why)}`);
}

/** @param {string} what */
export function qualityWord(what) {
  return t(QUALITY.has(what) ? `review.quality_${what}` : "review.quality_dip");
}

/** One line of the list of events. @param {Review} review @param {ReviewEvent} event */
export function eventWords(review, event) {
  if (event.act) return actWords(review, event.act);
  const name = event.participant_id ? nameOf(review, event.participant_id) : event.name;
  if (event.kind === "chat") return t("review.event_chat", { name, text: event.text });
  if (event.kind === "marker") return t("review.event_marker", { category: categoryWord(event.what), text: event.text });
  if (event.kind === "gap") return t("review.event_gap", { name, why: gapWord(event.what) });
  if (event.kind === "quality") return t("review.event_quality", { name, what: qualityWord(event.what) });
  if (event.kind === "consent") return CONSENT.has(event.what) ? t(`review.consent_${event.what}`, { name }) : name;
  return JOINS.has(event.what) ? t(`review.join_${event.what}`, { name }) : name;
}

/** Codes that have their own sentence here. @type {Record<string, string>} */
const PROBLEMS = {
  marker_changed: "review.error_marker_changed",
  not_ready: "review.error_not_ready",
  recording_held: "review.error_on_hold",
  recording_in_use: "review.error_in_use",
  own_request: "review.error_two_people",
  part_withdrawn: "withdraw.error_part_withdrawn",
  too_early: "review.error_too_early",
  erase_asked: "review.error_erase_asked",
  erase_over: "review.error_over",
  nothing_to_decide: "review.error_over",
};

/** @param {unknown} error */
export function reviewProblem(error) {
  const key = PROBLEMS[problemCode(error)];
  return key ? t(key) : problemWords(error);
}
