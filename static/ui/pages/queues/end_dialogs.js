/** Acts that end somebody's waiting: each asks first, for it cannot be taken back. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { toast } from "../../components/toast.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { useTyped } from "../../use_typed.js";
import { deskWords, nameOf } from "./desk.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{entry: EntryRow, now: EntryRow | null, desk: Desk}} Props `now`: null when the person is gone */

const MAX_REASON = 200;

/**
 * Sends a command and closes the dialog; what goes wrong stays in sight.
 * @param {Desk} desk
 * @param {EntryRow} entry
 * @param {() => void} [onDone] what was typed for it is sent
 */
export function useLastAct(desk, entry, onDone) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const run = async (/** @type {string} */ name, /** @type {Record<string, unknown>} */ fields, /** @type {string} */ done) => {
    setBusy(true);
    setProblem("");
    try {
      await desk.command(name, { entry_id: entry.id, ...fields });
      onDone?.();
      toast(done);
      desk.close();
    } catch (error) {
      setProblem(deskWords(error));
      setBusy(false);
    }
  };
  return { busy, problem, run };
}

/** @param {{entry: EntryRow, now: EntryRow | null, problem: string}} props */
export function Trouble({ entry, now, problem }) {
  if (problem) return html`<${Banner} kind="urgent" testid="desk-problem">${problem}</${Banner}>`;
  return now ? null : html`<${Banner} kind="info">${t("queues.gone", { name: nameOf(entry) })}</${Banner}>`;
}

/** @param {Props} props */
export function NoShowDialog({ entry, now, desk }) {
  const { busy, problem, run } = useLastAct(desk, entry);
  const name = nameOf(entry);
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${desk.close} />
    <${Button} kind="danger" icon="user-x" label=${t("queues.act_no_show")} busy=${busy} disabled=${!now} onClick=${() => void run("queue_no_show", {}, t("queues.noted_no_show", { name }))} testid="no-show-confirm" />`;
  return html`<${Dialog} title=${t("queues.no_show_title", { name })} open=${true} onClose=${desk.close} actions=${actions}>
    <p>${t("queues.no_show_more")}</p><${Trouble} entry=${entry} now=${now} problem=${problem} />
  </${Dialog}>`;
}

/** @param {Props} props */
export function RemoveDialog({ entry, now, desk }) {
  const { fields: { reason }, set, clear } = useTyped(`queue-remove ${entry.id}`, { reason: "" });
  const { busy, problem, run } = useLastAct(desk, entry, clear);
  const [missing, setMissing] = useState(false);
  const name = nameOf(entry);
  const remove = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || !now) return;
    setMissing(!reason.trim());
    if (reason.trim()) void run("queue_remove", { reason: reason.trim() }, t("queues.removed", { name }));
  };
  return html`<${Dialog} title=${t("queues.remove_title", { name })} open=${true} onClose=${desk.close}>
    <form class="form" noValidate onSubmit=${remove}>
      <p>${t("queues.remove_more")}</p>
      <${Field} label=${t("queues.remove_reason")} hint=${t("queues.remove_hint")} value=${reason} onInput=${(/** @type {string} */ words) => set({ reason: words })} maxlength=${MAX_REASON} error=${missing && !reason.trim() ? t("queues.remove_missing") : ""} testid="remove-reason" />
      <${Trouble} entry=${entry} now=${now} problem=${problem} />
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${desk.close} /><${Button} kind="danger" type="submit" icon="trash-2" label=${t("queues.act_remove")} busy=${busy} disabled=${!now} testid="remove-confirm" /></div>
    </form>
  </${Dialog}>`;
}
