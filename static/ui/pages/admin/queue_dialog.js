/** A waiting room's settings in one form. Who saves on top of a colleague's change is told first, and loses nothing typed. */
import { html, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { emptyForm, faultsIn, fieldsOf, formOf } from "../../../core/queue_form.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { HoursPart } from "./queue_hours.js";
import { DoorPart, MembersPart } from "./queue_parts.js";

/** @typedef {import("../../../core/queue_form.js").Queue} Queue */
/** @typedef {import("../../../core/queue_form.js").QueueForm} QueueForm */

const KNOWN = new Set(["queue_name_taken", "too_many_queues", "queue_changed"]);

/** @param {unknown} error */
export function queueProblem(error) {
  const code = problemCode(error);
  return KNOWN.has(code) ? t(`admin.fault_${code}`) : problemWords(error);
}

/** The revision a colleague has made meanwhile. @param {Queue} queue @returns {Promise<number>} */
async function latestRevision(queue) {
  const { queues } = await api.get("/admin/queues");
  return queues.find((/** @type {Queue} */ one) => one.id === queue.id)?.revision ?? queue.revision;
}

/**
 * @param {Queue | null} queue null: a new one
 * @param {QueueForm} form
 * @param {(queue: Queue) => void} onSaved
 */
function useSave(queue, form, onSaved) {
  const commandId = useMemo(newCommandId, []);
  const [revision, setRevision] = useState(queue?.revision ?? 0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [faults, setFaults] = useState(/** @type {readonly string[]} */ ([]));
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const found = faultsIn(form);
    setFaults(found);
    if (busy || found.length) return;
    setBusy(true);
    setProblem("");
    try {
      const fields = fieldsOf(form);
      const answer = queue ? await api.patch(`/admin/queues/${queue.id}`, { ...fields, revision }) : await api.post("/admin/queues", { ...fields, command_id: commandId });
      toast(t("admin.queue_saved", { name: fields.name }));
      onSaved(answer.queue);
    } catch (error) {
      setProblem(queueProblem(error));
      if (queue && problemCode(error) === "queue_changed") setRevision(await latestRevision(queue).catch(() => revision));
      setBusy(false);
    }
  };
  return { busy, problem, faults, save };
}

/** @param {{queue: Queue | null, staff: import("./queue_parts.js").Person[], timeZone: string, onSaved: (queue: Queue) => void, onClose: () => void}} props */
export function QueueDialog({ queue, staff, timeZone, onSaved, onClose }) {
  const [form, setForm] = useState(() => (queue ? formOf(queue) : emptyForm(timeZone)));
  const { busy, problem, faults, save } = useSave(queue, form, onSaved);
  const change = (/** @type {Partial<QueueForm>} */ part) => setForm((before) => ({ ...before, ...part }));
  const part = { form, change, faults };
  return html`<${Dialog} title=${queue ? t("admin.edit_queue", { name: queue.name }) : t("admin.new_queue")} open=${true} onClose=${onClose} wide=${true} testid="queue-dialog">
    <form class="form" noValidate onSubmit=${save}>
      <${Field} label=${t("admin.queue_name")} hint=${t("admin.queue_name_hint")} value=${form.name} onInput=${(/** @type {string} */ name) => change({ name })} maxlength=${80} error=${faults.includes("name") ? t("admin.queue_fault_name") : ""} testid="queue-name" />
      <${MembersPart} ...${part} staff=${staff} />
      <${HoursPart} ...${part} />
      <${DoorPart} ...${part} />
      <fieldset class="queue-part"><legend>${t("admin.queue_limits")}</legend>
        <${Field} label=${t("admin.queue_phone")} hint=${t("admin.queue_phone_hint")} type="tel" value=${form.phone} onInput=${(/** @type {string} */ phone) => change({ phone })} maxlength=${32} />
        <${Field} label=${t("admin.queue_max")} hint=${t("admin.queue_max_hint")} value=${form.max_waiting} onInput=${(/** @type {string} */ value) => change({ max_waiting: value })} maxlength=${3} error=${faults.includes("max_waiting") ? t("admin.queue_fault_max") : ""} attributes=${{ inputmode: "numeric" }} />
      </fieldset>
      ${faults.length > 0 && html`<${Banner} kind="warn">${t("admin.queue_fault_some")}</${Banner}>`}
      ${problem && html`<${Banner} kind="urgent" testid="queue-problem">${problem}</${Banner}>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} testid="queue-save" /></div>
    </form>
  </${Dialog}>`;
}
