/** Over the stage, for staff: who is being called, a handover under way, the vital signs told so far. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { newCommandId } from "../../../core/command_id.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { telephoneUri } from "../../components/telephone.js";
import { toast } from "../../components/toast.js";
import { Countdown } from "../../oncall/countdown.js";
import { vitalText } from "../../oncall/vital_text.js";
import { problemWords } from "../../problem_words.js";
import { useCall } from "../context.js";
import { FreezeButton } from "../draw/freeze_button.js";

/** @typedef {import("../../../core/messages.js").Page} Page */
/** @typedef {import("../../../core/messages.js").Handover} Handover */
/** @typedef {import("../../../core/messages.js").Vital} Vital */

/** @param {{path: string, label: string, kind?: "primary" | "quiet", testid: string}} props one press, one command */
function Act({ path, label, kind = "quiet", testid }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await api.post(path, { command_id: newCommandId() }, { retry: true });
    } catch (error) {
      toast(problemWords(error));
    }
    setBusy(false);
  };
  return html`<${Button} kind=${kind} label=${label} busy=${busy} onClick=${press} testid=${testid} />`;
}

/** @param {{page: Page}} props */
function Paging({ page }) {
  if (page.state === "ringing") {
    const who = page.rings.filter((ring) => ring.state === "ringing").map((ring) => ring.name).join(", ");
    return html`<${Banner} icon="bell-ring" testid="call-paging" action=${html`<${Act} path=${`/pages/${page.id}/cancel`} label=${t("oncall.call_off")} testid="call-off" />`}>
      ${t("oncall.calling", { speciality: page.speciality, names: who })} ${t("scene.step", { step: page.step, steps: page.steps })} <${Countdown} at=${page.due_at} direction="until" /></${Banner}>`;
  }
  return html`<${Banner} kind="urgent" icon="phone" testid="call-no-answer" action=${html`<${Act} path=${`/pages/${page.id}/cancel`} label=${t("component.dismiss")} testid="call-off" />`}>
    ${t("oncall.no_answer", { speciality: page.speciality })} <a class="nowrap" href=${telephoneUri(page.phone)}>${page.phone}</a></${Banner}>`;
}

/** @param {{handover: Handover, mine: boolean}} props `mine`: this person gives */
function HandingOver({ handover, mine }) {
  const { state, from, to, id } = handover;
  if (!mine) return state === "accepted" ? html`<${Banner} icon="users" testid="handover-taking">${t("oncall.taking", { name: from.name })}</${Banner}>` : null;
  if (state === "offered") {
    return html`<${Banner} icon="hourglass" testid="handover-offered" action=${html`<${Act} path=${`/handovers/${id}/withdraw`} label=${t("oncall.withdraw")} testid="handover-withdraw" />`}>${t("scene.offered", { name: to.name })}</${Banner}>`;
  }
  return html`<${Banner} icon="user-check" testid="handover-accepted" action=${html`<${Act} kind="primary" path=${`/handovers/${id}/release`} label=${t("oncall.release")} testid="handover-release" />`}>${t("oncall.accepted", { name: to.name })}</${Banner}>`;
}

/** The latest of each kind. @param {{vitals: Vital[]}} props */
function VitalStrip({ vitals }) {
  const latest = [...new Map(vitals.map((one) => [one.kind, one])).values()];
  if (!latest.length) return null;
  const clock = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" });
  return html`<dl class="vital-strip" aria-label=${t("vital.title")} data-testid="vital-strip">${latest.map((one) => html`<div key=${one.kind}><dt>${t(`vital.${one.kind}`)}</dt><dd><strong>${vitalText(one)}</strong> <time datetime=${one.at}>${clock.format(new Date(one.at))}</time></dd></div>`)}</dl>`;
}

/** Whose picture of the scene is seen: one can be drawn on, unless one is. @param {import("../../../core/call_session.js").CallSession} session */
function atScene(session) {
  if (session.state.value?.frame || session.state.value?.incident) return null;
  return session.others.value.find((one) => one.role === "responder" && one.tracks.some((track) => track.source === "camera")) ?? null;
}

export function OnCallLayer() {
  const { session } = useCall();
  const scene = session.state.value?.scene;
  if (!scene) return null;
  const responder = atScene(session);
  const pages = scene.pages.filter((one) => one.state === "ringing" || one.state === "unanswered");
  const handover = scene.handovers.find((one) => one.state === "offered" || one.state === "accepted");
  return html`<div class="on-call-layer">
    ${pages.map((page) => html`<${Paging} key=${page.id} page=${page} />`)}
    ${handover && html`<${HandingOver} key=${handover.id} handover=${handover} mine=${scene.lead === session.me.value?.id} />`}
    <${VitalStrip} vitals=${scene.vitals} />
    ${responder && html`<div class="on-call-layer__act"><${FreezeButton} participantId=${responder.id} /></div>`}
  </div>`;
}
