/** Everybody of this session: in the call, waiting, gone. Staff invite from here. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { inCall, isWaiting } from "../../core/states.js";
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { Menu } from "../components/menu.js";
import { useCall } from "./context.js";
import { personActions, resume } from "./person_actions.js";
import { IdentityLine, MoveRequests, PatientDetails, QueueSection, RecordingSection, WaitingList } from "./staff_parts.js";
import { NeedBadges } from "./text_parts.js";
import { personName, roleWord, stateWord } from "./words.js";

/** @typedef {import("../../core/messages.js").Participant} Participant */

/** @param {{person: Participant}} props */
function Person({ person }) {
  const { session, view } = useCall();
  const mine = person.id === session.me.value?.id;
  const name = personName(person);
  const items = inCall(person.state) ? personActions(session, view, person) : [];
  const media = mine ? session.media.state : person.media;
  return html`<li class="person">
    <${Avatar} name=${name} />
    <div class="person__text"><p class="person__name">${name}${mine && html` <span class="muted">(${t("call.you")})</span>`}</p><p class="muted small">${[roleWord(person.role), ...(person.state === "connected" ? [] : [stateWord(person.state)])].join(" · ")}</p>${Boolean(person.needs?.length) && html`<${NeedBadges} needs=${person.needs} />`}
      ${person.role === "patient" && (person.identity || (inCall(person.state) && session.can("confirm"))) && html`<${IdentityLine} person=${person} />`}</div>
    ${person.state === "on_hold" && session.can("hold") && html`<${Button} label=${t("call.resume")} icon="play" onClick=${() => void resume(session, person)} />`}
    ${person.state === "connected" && html`<span class="person__icons"><${Icon} name=${media.microphone ? "mic" : "mic-off"} size=${18} label=${t(media.microphone ? "call.device_microphone_on" : "call.device_microphone_off")} />
      <${Icon} name=${media.camera ? "video" : "video-off"} size=${18} label=${t(media.camera ? "call.device_camera_on" : "call.device_camera_off")} /></span>`}
    ${items.length > 0 && html`<${Menu} label=${t("call.actions_for", { name })} icon="ellipsis-vertical" items=${items} testid="person-actions" />`}
  </li>`;
}

/** @param {{title: string, people: Participant[]}} props */
function Group({ title, people }) {
  if (!people.length) return null;
  return html`<section class="people__group"><h2 class="people__title">${title}</h2><ul>${people.map((person) => html`<${Person} key=${person.id} person=${person} />`)}</ul></section>`;
}

export function PeoplePanel() {
  const { session, view } = useCall();
  const all = session.state.value?.participants ?? [];
  const me = session.me.value;
  const here = all.filter((one) => inCall(one.state)).sort((a, b) => Number(b.id === me?.id) - Number(a.id === me?.id) || a.name.localeCompare(b.name));
  const away = all.filter((one) => !inCall(one.state) && !isWaiting(one.state));
  return html`<div class="people">
    ${session.can("invite") && html`<${Button} kind="primary" icon="user-plus" label=${t("call.invite_person")} onClick=${() => { view.dialog.value = { name: "invite" }; }} />`}
    ${session.can("admit") && html`<${MoveRequests} /><${WaitingList} />`}
    ${session.as === "staff" && html`<${QueueSection} />`}
    <${Group} title=${t("call.in_call", { count: here.length })} people=${here} />
    ${session.can("record") && session.state.value?.recording && html`<${RecordingSection} />`}
    ${session.can("admit") && html`<${Group} title=${t("call.not_here")} people=${away} />`}
    ${session.can("invite") && html`<section class="people__group"><h2 class="people__title">${t("call.about_visit")}</h2><${PatientDetails} /></section>`}
  </div>`;
}
