/** Every visit of this person, newest first, with how it ended. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { clockTime, t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime, duration } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { Icon } from "../../components/icon.js";
import { lazy } from "../../components/lazy.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { toast } from "../../components/toast.js";
import { patientProblem } from "../patients/words.js";
import { quietly } from "./act.js";
import { Section } from "./section.js";

const ConnectionDialog = lazy(async () => (await import("../patients/visit_connection.js")).ConnectionDialog);

/** @typedef {import("../patients/messages.js").Visit} Visit */

const LIVE = new Set(["created", "open", "active", "empty"]);
const OVER = new Set(["cancelled", "expired", "failed"]);

/** @param {{visit: Visit}} props */
function Outcome({ visit }) {
  if (LIVE.has(visit.state)) return html`<${Badge} kind="ok" icon="video">${t("patient.visit_open")}</${Badge}>`;
  if (visit.outcome) return html`<${Badge} kind=${visit.outcome === "completed" ? "ok" : "plain"}>${t(`outcome.${visit.outcome}`)}</${Badge}>`;
  return html`<${Badge}>${t(OVER.has(visit.state) ? `patient.visit_${visit.state}` : "patient.no_outcome")}</${Badge}>`;
}

/** Whether it was made sure who this was. @param {Visit} visit */
function identityLine({ identity }) {
  return identity ? t("identified.confirmed", { by: identity.by, at: clockTime(identity.at), how: t(`identified.how_${identity.how}`) }) : t("identified.none");
}

/** @param {Visit} visit */
function lasted({ started_at: start, ended_at: end }) {
  return start && end ? duration(new Date(end).getTime() - new Date(start).getTime()) : "";
}

/** @param {{visit: Visit, onDetach: (visit: Visit) => void}} props */
function Line({ visit, onDetach }) {
  const [shows, setShows] = useState(false);
  const facts = [visit.with, lasted(visit)].filter(Boolean).join(" · ");
  return html`<li class="visit">
    <span class="visit__mark" aria-hidden="true"><${Icon} name="video" size=${16} /></span>
    <div class="visit__text">
      <p class="visit__title"><${DateTime} at=${visit.started_at ?? visit.created_at} /> <${Outcome} visit=${visit} /></p>
      ${visit.reason && html`<p>${visit.reason}</p>`}
      ${facts && html`<p class="muted">${facts}</p>`}
      ${visit.started_at && html`<p class="muted" data-testid="visit-identity">${identityLine(visit)}</p>`}
    </div>
    <div class=${LIVE.has(visit.state) ? "visit__end visit__end--call" : "visit__end"}>
      ${LIVE.has(visit.state) && html`<${Button} label=${t("patient.go_to_call")} icon="arrow-right" href="/call/${visit.id}" />`}
      ${visit.started_at && html`<${Button} kind="icon" icon="activity" label=${t("connection.title")} onClick=${() => setShows(true)} testid="show-connection" />`}
      ${visit.can_detach && html`<${Button} kind="icon" icon="unplug" label=${t("patient.detach")} onClick=${() => onDetach(visit)} testid="detach" />`}
    </div>
    ${shows && html`<${ConnectionDialog} sessionId=${visit.id} onClose=${() => setShows(false)} />`}
  </li>`;
}

/** @param {{pages: import("./pages.js").Pages<Visit>, patientId: string, onChanged: () => void}} props */
export function TimelineSection({ pages, patientId, onChanged }) {
  const detach = (/** @type {Visit} */ visit) =>
    quietly(async () => {
      await api.post(`/sessions/${visit.id}/patient/detach`);
      onChanged();
      const undo = () => quietly(async () => {
        await api.post(`/sessions/${visit.id}/patient`, { patient_id: patientId });
        onChanged();
      });
      toast(t("patient.detached"), { undo });
    });
  const { rows, next, error, busy, more } = pages;
  return html`<${Section} title=${t("patient.visits")} testid="timeline">
    ${!rows && !error && html`<${SkeletonRows} rows=${3} />`}
    ${error && html`<${ErrorState} title=${t("patient.visits_failed")} action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${more} />`}>${patientProblem(error)}</${ErrorState}>`}
    ${rows && !rows.length && html`<${EmptyState} icon="video" title=${t("patient.no_visits")}>${t("patient.no_visits_more")}</${EmptyState}>`}
    ${rows && rows.length > 0 && html`<ol class="visits" aria-label=${t("patient.visits")}>${rows.map((visit) => html`<${Line} key=${visit.id} visit=${visit} onDetach=${detach} />`)}</ol>`}
    ${next && html`<div class="card__foot"><${Button} kind="plain" label=${t("patient.more")} busy=${busy} onClick=${more} /></div>`}
  </${Section}>`;
}
