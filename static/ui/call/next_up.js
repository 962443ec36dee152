/** After a call: who waits next in one's waiting rooms, one press from being answered. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { mayAnswer } from "../../core/queue_acts.js";
import { nextFor } from "../../core/queue_state.js";
import { Button } from "../components/button.js";
import { nameOf } from "../pages/queues/desk.js";
import { QueueDialogs } from "../pages/queues/dialogs.js";
import { EntryFacts, PriorityBadge } from "../pages/queues/facts.js";
import { useStaffUser } from "../pages/staff_user.js";
import { queueLink } from "./queue_link.js";

/** @typedef {import("../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../pages/today/staff_state.js").StaffState} StaffState */

/** Who is next, null while nobody is; `known`: whether that is certain. */
export function useNext() {
  const user = useStaffUser();
  const { store, desk } = queueLink();
  const state = store.state.value;
  const me = { id: user?.id ?? "", role: user?.role ?? "" };
  const next = state && user && mayAnswer(me.role) ? nextFor(state, me.id) : null;
  const known = user !== null && (state !== null || store.connection.value === "ended");
  return { next, known, state, me, desk };
}

/** @param {{next: EntryRow, state: StaffState, me: import("../pages/queues/entry_row.js").Me, desk: import("../pages/queues/desk.js").Desk}} props */
export function NextUp({ next, state, me, desk }) {
  const room = state.queues.find((one) => one.id === next.queue_id)?.name ?? "";
  return html`<section class="next-up" aria-labelledby="next-up" data-testid="next-up">
    <h2 id="next-up">${t("queues.next_up", { name: nameOf(next) })} <${PriorityBadge} entry=${next} /></h2>
    <div class="row__meta"><${EntryFacts} entry=${next} place=${room} /></div>
    <${Button} kind="primary" large=${true} wide=${true} icon="video" label=${t("today.answer")} onClick=${() => desk.open("answer", next)} testid="next-answer" attributes=${{ "aria-label": t("today.answer_name", { name: nameOf(next) }) }} />
    <${QueueDialogs} desk=${desk} state=${state} me=${me} />
  </section>`;
}
