/** The recording in the people panel, for those who lead: what it does, who said what, who else is in the room, one's own markers. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { leaderActs, markOf } from "../../../core/recording.js";
import { inCall } from "../../../core/states.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { useCall } from "../context.js";
import { personName } from "../words.js";
import { send } from "./desk.js";
import { menuOf } from "./lead_menu.js";
import { OwnMarkers } from "./marker_card.js";

/** @typedef {import("../../../core/messages.js").Recording} Recording */
/** @typedef {import("../../../core/messages.js").Standing} Standing */
/** @typedef {import("../../../core/messages.js").Bystander} Bystander */

const BADGES = { agreed: ["ok", "check"], refused: ["warn", "x"], withdrawn: ["warn", "undo-2"], none: ["plain", "clock"] };

/** @param {{standing: Standing, captured: boolean}} props */
function Answer({ standing, captured }) {
  const [kind, icon] = BADGES[standing];
  return html`<span class="rec-people__answer"><${Badge} kind=${kind} icon=${icon}>${t(`recording.standing_${standing}`)}</${Badge}>
    ${captured && html`<${Badge} kind="urgent" icon="circle-dot">${t("recording.captured")}</${Badge}>`}</span>`;
}

/** Somebody without a seat says otherwise, or has left the room. @param {{one: Bystander}} props */
function InTheRoom({ one }) {
  const { session } = useCall();
  const [busy, setBusy] = useState("");
  const say = async (/** @type {string} */ now) => {
    setBusy(now);
    await send(session, "recording_bystander_now", { bystander_id: one.id, now });
    setBusy("");
  };
  const other = one.agreed ? "refused" : "agreed";
  return html`<span class="rec-people__answer">${[other, "left"].map((now) => html`<${Button} key=${now} kind="plain" label=${t(`recording.bystander_now_${now}`)} busy=${busy === now} onClick=${() => void say(now)} testid=${`bystander-${now}`} />`)}</span>`;
}

/** @param {{recording: Recording}} props */
function Answers({ recording }) {
  const participants = useCall().session.state.value?.participants ?? [];
  const seats = participants.filter((one) => inCall(one.state)).map((one) => ({ person: one, said: recording.people.find((said) => said.participant_id === one.id) }));
  return html`<ul class="rec-people" data-testid="recording-people">
    ${seats.map(({ person, said }) => said && html`<li key=${person.id}><span class="rec-people__name">${personName(person)}</span><${Answer} standing=${said.standing} captured=${said.captured} /></li>`)}
    ${recording.bystanders.map((one) => html`<li key=${one.id}><span class="rec-people__name">${t(`recording.bystander_${one.label}`)} <span class="muted small">${t(`recording.bystander_by_${one.decided_by}`)}</span></span>
      <${Answer} standing=${one.agreed ? "agreed" : "refused"} captured=${false} />
      <${InTheRoom} one=${one} /></li>`)}
  </ul>`;
}

export function RecordingSection() {
  const { session } = useCall();
  const recording = session.state.value?.recording;
  if (!recording || (!leaderActs(recording).size && !markOf(recording))) return null;
  const mark = markOf(recording);
  const items = menuOf(session);
  return html`<section class="people__group" data-testid="recording-section"><h2 class="people__title">${t("recording.section")}</h2>
    <p class="rec-people__state">${mark ? t(`recording.title_${mark}`) : t(recording.state === "finalising" ? "recording.title_finalising" : "recording.title_none")}</p>
    ${mark && html`<${Answers} recording=${recording} />`}
    <div class="rec-people__acts">${items.map((item) => html`<${Button} key=${item.id} icon=${item.icon} label=${item.label} onClick=${item.onSelect} testid=${`do-${item.id}`} />`)}</div>
    <${OwnMarkers} />
  </section>`;
}
