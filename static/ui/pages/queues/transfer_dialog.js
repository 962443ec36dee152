/** Handing somebody on, to a colleague of this waiting room or to another room. How long they have waited goes with them. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { useTyped } from "../../use_typed.js";
import { nameOf } from "./desk.js";
import { Trouble, useLastAct } from "./end_dialogs.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../../../core/queue_state.js").QueueState} QueueState */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./entry_row.js").Me} Me */

const MAX_NOTE = 200;

/**
 * Rooms and colleagues, as values of a list.
 * @param {QueueState} state
 * @param {EntryRow} entry
 * @param {Me} me
 */
function targets({ queues }, entry, me) {
  const rooms = queues.filter((one) => one.id !== entry.queue_id && !one.closed).map((one) => ({ value: `queue_id ${one.id}`, label: t(one.open ? "queues.to_room" : "queues.to_room_shut", { name: one.name }), name: one.name }));
  const members = new Map(queues.flatMap((one) => one.members).map((one) => [one.id, one.name]));
  members.delete(entry.for_user?.user_id ?? "");
  const people = [...members].map(([id, name]) => ({ value: `user_id ${id}`, label: t(id === me.id ? "queues.to_me" : "queues.to_person", { name }), name })).sort((one, other) => one.name.localeCompare(other.name));
  return [...rooms, ...people];
}

/** @param {{entry: EntryRow, now: EntryRow | null, state: QueueState, me: Me, desk: Desk}} props */
export function TransferDialog({ entry, now, state, me, desk }) {
  const { fields: { note }, set, clear } = useTyped(`queue-transfer ${entry.id}`, { note: "" });
  const { busy, problem, run } = useLastAct(desk, entry, clear);
  const options = targets(state, entry, me);
  const [target, setTarget] = useState(options[0]?.value ?? "");
  const name = nameOf(entry);
  const transfer = (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen = options.find((one) => one.value === target);
    if (busy || !now || !chosen) return;
    const [field = "", id = ""] = chosen.value.split(" ");
    void run("queue_transfer", { [field]: id, ...(note.trim() ? { note: note.trim() } : {}) }, t("queues.transferred", { name, to: chosen.name }));
  };
  return html`<${Dialog} title=${t("queues.transfer_title", { name })} open=${true} onClose=${desk.close} testid="transfer-dialog">
    ${options.length ? html`<form class="form" onSubmit=${transfer}>
      <${Select} label=${t("queues.transfer_to")} value=${target} options=${options} onChange=${setTarget} hint=${t("queues.transfer_hint")} testid="transfer-to" />
      <${Field} label=${t("queues.transfer_note")} value=${note} onInput=${(/** @type {string} */ words) => set({ note: words })} maxlength=${MAX_NOTE} testid="transfer-note" />
      <${Trouble} entry=${entry} now=${now} problem=${problem} />
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${desk.close} /><${Button} kind="primary" type="submit" icon="arrow-right" label=${t("queues.transfer")} busy=${busy} disabled=${!now} testid="transfer-confirm" /></div>
    </form>` : html`<${Banner} kind="info">${t("queues.nobody_to_transfer")}</${Banner}>`}
  </${Dialog}>`;
}
