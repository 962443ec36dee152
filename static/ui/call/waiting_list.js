/** Who waits for this call, with what their devices can do: admit by one press, or not. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { NeedBadges } from "../needs/words.js";
import { DeviceVerdict } from "../pages/today/device_verdict.js";
import { useCall } from "./context.js";
import { ask } from "./person_actions.js";
import { useNow } from "./use_now.js";
import { lasting, personName, roleWord } from "./words.js";

/** @param {{person: import("../../core/messages.js").Participant}} props */
function Waiting({ person }) {
  const { session, view } = useCall();
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const name = personName(person);
  const reason = person.role === "patient" ? session.state.value?.session.reason : roleWord(person.role);
  const admit = async () => {
    setBusy(true);
    await ask(session, "admit", { participant_id: person.id });
    setBusy(false);
  };
  const deny = () => { view.dialog.value = { name: "deny", participantId: person.id }; };
  return html`<li class="waiting__row">
    <${Avatar} name=${name} />
    <div class="waiting__who">
      <p class="waiting__name">${name}</p>
      <p class="waiting__meta">${reason && html`<span>${reason}</span>`}<span class="nowrap">${t("today.waiting_for", { duration: lasting(person.since, now) })}</span></p>
      <p class="waiting__meta">${person.state === "asleep" && html`<span><${Icon} name="moon-star" size=${16} />${t("today.asleep")}</span>`}<${DeviceVerdict} device=${person.device ?? null} /></p>
      ${Boolean(person.needs?.length) && html`<${NeedBadges} needs=${person.needs} />`}
    </div>
    <div class="waiting__act">
      <${Button} kind="primary" label=${t("call.admit")} busy=${busy} onClick=${admit} testid="admit" attributes=${{ "aria-label": t("call.admit_name", { name }) }} />
      <${Button} kind="icon" icon="user-x" label=${t("call.deny_name", { name })} onClick=${deny} testid="deny" />
    </div>
  </li>`;
}

export function WaitingList() {
  const { session } = useCall();
  const waiting = session.waiting.value;
  if (!waiting.length || !session.can("admit")) return null;
  return html`<section class="waiting" aria-label=${t("call.waiting_list")} data-testid="waiting-list">
    <h2 class="waiting__title"><${Icon} name="bell-ring" />${t("call.waiting_count", { count: waiting.length })}</h2>
    <ul>${waiting.map((person) => html`<${Waiting} key=${person.id} person=${person} />`)}</ul>
  </section>`;
}
