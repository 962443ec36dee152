/** The waiting room: what happens now, what comes next, what to do if it does not. The place is kept whatever happens to the phone. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { asksFirst } from "../../../core/states.js";
import { WaitingConsent } from "../../call/recording_parts.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { duration, useNow } from "../../components/date_time.js";
import { Icon } from "../../components/icon.js";
import { Timeline } from "../../components/timeline.js";
import { useOnline } from "../../use_online.js";
import { useViewFocus } from "../../view_focus.js";
import { WaitingTalk } from "../../call/text_parts.js";
import { ahead, dropAhead, prepareAhead } from "./ahead.js";
import { SelfView } from "./self_view.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("./media.js").JoinMedia} JoinMedia */

/** @param {Visit} visit @returns {string} who has been told, by name where we know it */
function told(visit) {
  const names = visit.clinicians.value;
  if (!names.length) return t("waiting.told_clinic");
  return t("waiting.told", { name: new Intl.ListFormat(language()).format(names), count: names.length });
}

/** @param {{since: string | null}} props */
function Waited({ since }) {
  const now = useNow();
  const lasted = since ? now - new Date(since).getTime() : 0;
  return html`<p class="muted">${lasted < 60_000 ? t("waiting.just_now") : t("waiting.for", { duration: duration(lasted, "long") })}</p>`;
}

/** @param {{visit: Visit}} props */
function Status({ visit }) {
  const call = visit.call.value;
  const me = call?.participants.find((one) => one.id === call.you.participant_id);
  return html`<div class="waiting__status"><span class="waiting__pulse"><${Icon} name="door-open" size=${24} /></span>
    <div><p role="status"><strong>${told(visit)}</strong></p><${Waited} since=${me?.since ?? null} /></div></div>`;
}

/** @param {{visit: Visit}} props */
function Steps({ visit }) {
  const names = visit.clinicians.value;
  const who = names.length ? new Intl.ListFormat(language()).format(names) : "";
  const items = [
    { id: "here", text: t("waiting.step_here"), state: /** @type {const} */ ("done") },
    { id: "let-in", text: who ? t("waiting.step_let_in", { name: who }) : t("waiting.step_let_in_clinic"), state: /** @type {const} */ ("now") },
    { id: "begin", text: t("waiting.step_begin"), detail: t("waiting.step_begin_more"), state: /** @type {const} */ ("next") },
  ];
  return html`<${Timeline} label=${t("waiting.steps")} items=${items} />`;
}

/** @param {{awake: boolean}} props */
function Facts({ awake }) {
  const facts = [awake ? "waiting.screen_on" : "waiting.screen_off", "waiting.place_kept", "waiting.come_back"];
  return html`<ul class="waiting__facts">${facts.map((key) => html`<li key=${key}><${Icon} name="check" /><span>${t(key)}</span></li>`)}</ul>`;
}

/** @param {{visit: Visit}} props */
function Leave({ visit }) {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return html`<${Button} icon="log-out" label=${t("waiting.leave")} onClick=${() => setAsking(true)} testid="leave-waiting" />
    <${Dialog} title=${t("waiting.leave_title")} open=${asking} onClose=${close}
      actions=${html`<${Button} label=${t("waiting.stay")} onClick=${close} /><${Button} kind="danger" label=${t("waiting.leave_now")} onClick=${() => void visit.leave()} />`}>
      <p>${t("waiting.leave_text")}</p>
    </${Dialog}>`;
}

/** @param {{visit: Visit}} props */
export function Connection({ visit }) {
  const online = useOnline(); // Being offline has a banner of its own.
  if (!online || visit.connection.value !== "reconnecting") return null;
  return html`<${Banner} kind="warn" icon="wifi-off">${t("waiting.reconnecting")}</${Banner}>`;
}

/** The devices as before a reload, and the call made ready. @param {Visit} visit @param {JoinMedia} media */
export function useReadiness(visit, media) {
  useEffect(() => {
    void media.restore();
    return () => void (visit.view.value.name === "call" || dropAhead());
  }, []);
  useEffect(() => {
    if (visit.connection.value === "online") void prepareAhead(visit, media).catch(() => {}); // Tried again, and told, when it is needed.
  }, [visit.connection.value]);
}

/** @param {{visit: Visit, media: JoinMedia, awake: boolean}} props */
export function WaitingRoom({ visit, media, awake }) {
  const heading = useViewFocus(t("waiting.title"));
  useReadiness(visit, media);
  return html`<div class="page" data-testid="waiting-room">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("waiting.title")}</h1></div>
    <${Connection} visit=${visit} />
    ${asksFirst(visit.call.value) && html`<${WaitingConsent} visit=${visit} />`}
    <div class="waiting__grid">
      <div class="card waiting__card"><${Status} visit=${visit} /><${Steps} visit=${visit} /><${Facts} awake=${awake} /></div>
      <${SelfView} media=${media} name=${visit.seat.value?.name ?? ""} />
    </div>
    ${ahead.value && html`<${WaitingTalk} session=${ahead.value} />`}
    <div><${Leave} visit=${visit} /></div>
  </div>`;
}
