/** What was agreed after this person's visits: messages written to them, and what is to be done on a later day. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { problemCode } from "../../problem_words.js";
import { patientProblem } from "../patients/words.js";
import { SentLine } from "../today/card_parts.js";
import { Nothing, Section } from "./section.js";

/** @typedef {import("../../../core/follow_ups.js").FollowUp & {owner: string, mine: boolean}} OwnedFollowUp */
/** @typedef {{messages: import("../today/card_parts.js").SentMessage[], follow_ups: OwnedFollowUp[]}} AfterVisits */

const LOOKS = /** @type {const} */ ({ open: "brand", done: "ok", cancelled: "plain" });

/** @param {{one: OwnedFollowUp}} props */
function Line({ one }) {
  return html`<li class="letter" data-testid="patient-follow-up"><p class="letter__body">${one.text}</p>
    <p class="muted small">${t("followup.of", { day: calendarDay(one.due_on), owner: one.owner })} <${Badge} kind=${LOOKS[one.state]}>${t(`followup.is_${one.state}`)}</${Badge}></p></li>`;
}

/** @param {{patientId: string, version: number}} props */
export function AfterVisitsSection({ patientId, version }) {
  const [after, setAfter] = useState(/** @type {AfterVisits | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => {
    setError(null);
    api.get(`/patients/${patientId}/after`).then(setAfter, setError);
  };
  useEffect(load, [patientId, version]);
  if (error && problemCode(error) === "not_allowed") return null; // The front desk keeps records, and reads no letters.
  const nothing = after && !after.messages.length && !after.follow_ups.length;
  return html`<${Section} title=${t("followup.after_visits")} testid="after-visits">
    ${!after && !error && html`<${SkeletonRows} rows=${1} />`}
    ${error && html`<${ErrorState} title=${t("followup.load_failed")} action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${load} />`}>${patientProblem(error)}</${ErrorState}>`}
    ${nothing && html`<${Nothing}>${t("followup.nothing")}</${Nothing}>`}
    ${after && after.follow_ups.length > 0 && html`<ul class="letters letters--padded" aria-label=${t("followup.list")}>${after.follow_ups.map((one) => html`<${Line} key=${one.id} one=${one} />`)}</ul>`}
    ${after && after.messages.length > 0 && html`<ul class="letters letters--padded" aria-label=${t("letter.sent")}>${after.messages.map((message) => html`<${SentLine} key=${message.id} message=${message} />`)}</ul>`}
  </${Section}>`;
}
