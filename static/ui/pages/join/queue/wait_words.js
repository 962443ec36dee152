/** Place and expected wait in words: honest when nobody can know. */
import { t } from "../../../../core/i18n.js";
import { duration } from "../../../components/date_time.js";

/** @typedef {import("../../../../core/messages.js").Queue} Queue */

const MINUTE = 60_000;
/** From this many minutes on an estimate to the minute would promise too much: steps of five. */
const ROUGH_FROM = 15;

/**
 * @param {number | null} seconds
 * @returns {string} "about 10 minutes"
 */
export function waitWords(seconds) {
  if (seconds === null) return t("line.wait_unknown");
  if (seconds <= 60) return t("line.wait_soon");
  const minutes = Math.ceil(seconds / 60);
  const told = minutes < ROUGH_FROM ? minutes : Math.ceil(minutes / 5) * 5;
  return t("line.wait_about", { duration: duration(told * MINUTE, "long") });
}

/**
 * @param {Queue | null} queue
 * @returns {string} "You are number 2 in line."
 */
export function placeWords(queue) {
  if (!queue) return t("line.finding_place");
  if (queue.moved_to) return t("line.asked_in_title");
  if (queue.place === null) return t(queue.state === "being_seen" || queue.state === "on_hold" ? "line.your_turn" : "line.finding_place");
  return queue.place === 1 ? t("line.next") : t("line.place", { place: queue.place });
}
