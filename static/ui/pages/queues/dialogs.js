/** The dialog that is open about somebody in a waiting room, kept in step with what becomes of them meanwhile. */
import { html } from "../../../vendor/preact.js";
import { ConfirmCard } from "./confirm_card.js";
import { NoShowDialog, RemoveDialog } from "./end_dialogs.js";
import { MessageDialog } from "./message_dialog.js";
import { TransferDialog } from "./transfer_dialog.js";

const PARTS = { answer: ConfirmCard, message: MessageDialog, transfer: TransferDialog, no_show: NoShowDialog, remove: RemoveDialog };

/** @param {{desk: import("./desk.js").Desk, state: import("../../../core/queue_state.js").QueueState, me: import("./entry_row.js").Me}} props */
export function QueueDialogs({ desk, state, me }) {
  const open = desk.dialog.value;
  if (!open) return null;
  const now = state.entries.find((one) => one.id === open.entry.id) ?? null;
  return html`<${PARTS[open.name]} key=${`${open.name} ${open.entry.id}`} entry=${open.entry} now=${now} state=${state} me=${me} desk=${desk} />`;
}
