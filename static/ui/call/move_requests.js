/** Somebody opened their link on a second device: staff say whether the call may move there. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { useCall } from "./context.js";
import { ask } from "./person_actions.js";
import { personName } from "./words.js";

export function MoveRequests() {
  const { session } = useCall();
  const { moves = [], participants = [] } = session.state.value ?? {};
  if (!moves.length) return null;
  const decide = (/** @type {string} */ request_id, /** @type {boolean} */ approve) => void ask(session, "decide_move", { request_id, approve });
  return html`${moves.map((move) => {
    const person = participants.find((one) => one.id === move.participant_id);
    const name = person ? personName(person) : t("today.unnamed");
    return html`<section class="move" key=${move.request_id} role="alert" data-testid="move-request">
      <${Icon} name="smartphone" />
      <div class="move__text"><p>${t("call.move_wanted", { name })}</p><p class="muted small">${t("call.move_check")}</p></div>
      <div class="move__act">
        <${Button} label=${t("call.move_deny")} onClick=${() => decide(move.request_id, false)} testid="move-deny" />
        <${Button} kind="primary" label=${t("call.move_approve")} onClick=${() => decide(move.request_id, true)} testid="move-approve" />
      </div>
    </section>`;
  })}`;
}
