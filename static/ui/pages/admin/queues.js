/** Waiting rooms: who looks after each, when its door is open, what is asked there, and its link for the door. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ListRow } from "../../components/list_row.js";
import { toast } from "../../components/toast.js";
import { Loaded, Section } from "./parts.js";
import { QueueDialog, queueProblem } from "./queue_dialog.js";
import { hoursWords } from "./queue_hours.js";
import { QueueLinksDialog } from "./queue_links.js";
import { useResource } from "./use_resource.js";

/** @typedef {import("../../../core/queue_form.js").Queue} Queue */
/** @typedef {{queues: Queue[], staff: import("./queue_parts.js").Person[], default_time_zone: string}} QueuesAnswer */
/** @typedef {{queue: Queue | null, links: boolean} | null} Edited the room as it was when the dialog opened, null for a new one; `links`: its links instead of its settings */

/** What the list does with a room that was saved, and when it may be out of date. @typedef {{put: (queue: Queue) => void, reload: () => void}} List */

/** @param {Queue} queue @param {boolean} closed @param {List} list */
async function setClosed(queue, closed, list) {
  try {
    const answer = await api.patch(`/admin/queues/${queue.id}`, { closed, revision: queue.revision });
    list.put(answer.queue);
    const undo = () => void setClosed(answer.queue, !closed, list);
    toast(t(closed ? "admin.queue_closed" : "admin.queue_opened", { name: queue.name }), { undo });
  } catch (error) {
    toast(queueProblem(error));
    list.reload();
  }
}

/** @param {{queue: Queue, onEdit: () => void, onLinks: () => void, list: List}} props */
function QueueLine({ queue, onEdit, onLinks, list }) {
  const links = queue.links.filter((one) => !one.revoked_at).length;
  const named = (/** @type {string} */ key) => ({ "aria-label": t(key, { name: queue.name }) });
  const meta = html`<span>${hoursWords(queue.hours)}</span><span>${t("admin.queue_count_members", { count: queue.members.length })}</span><span>${t("admin.queue_count_links", { count: links })}</span>
    ${!queue.members.length && html`<${Badge} kind="warn" icon="triangle-alert">${t("admin.queue_nobody")}</${Badge}>`}`;
  const end = html`<span class="admin-acts"><${Button} icon="link" label=${t("admin.queue_links")} onClick=${onLinks} testid="queue-links" attributes=${named("admin.links_of")} />
    <${Button} icon="notebook-pen" label=${t("admin.edit")} onClick=${onEdit} testid="queue-edit" attributes=${named("admin.edit_named")} />
    <${Button} label=${t(queue.closed ? "admin.queue_open" : "admin.queue_close")} onClick=${() => void setClosed(queue, !queue.closed, list)} testid="queue-close" attributes=${named(queue.closed ? "admin.queue_open_named" : "admin.queue_close_named")} /></span>`;
  return html`<${ListRow} title=${html`<span class="admin-badges">${queue.name}${queue.closed && html`<${Badge} icon="lock">${t("queues.off")}</${Badge}>`}</span>`} meta=${meta} end=${end} class="row--queue" testid="queue-line" />`;
}

/** @param {{answer: QueuesAnswer, edited: Edited, setEdited: (edited: Edited) => void, list: List}} props */
function Shown({ answer, edited, setEdited, list }) {
  const { queues, staff, default_time_zone: zone } = answer;
  const linked = edited?.links ? queues.find((one) => one.id === edited.queue?.id) : undefined;
  const close = () => setEdited(null);
  const saved = (/** @type {Queue} */ queue) => {
    close();
    list.put(queue);
  };
  return html`${queues.length
    ? html`<ul class="rows card">${queues.map((queue) => html`<${QueueLine} key=${queue.id} queue=${queue} onEdit=${() => setEdited({ queue, links: false })} onLinks=${() => setEdited({ queue, links: true })} list=${list} />`)}</ul>`
    : html`<div class="card"><${EmptyState} icon="door-open" title=${t("admin.no_queues")}>${t("admin.no_queues_more")}</${EmptyState}></div>`}
    ${edited && !edited.links && html`<${QueueDialog} queue=${edited.queue} staff=${staff} timeZone=${zone} onSaved=${saved} onClose=${close} />`}
    ${linked && html`<${QueueLinksDialog} queue=${linked} onChange=${list.reload} onClose=${close} />`}`;
}

export function Queues() {
  const resource = /** @type {import("./use_resource.js").Resource<QueuesAnswer>} */ (useResource("/admin/queues"));
  const [edited, setEdited] = useState(/** @type {Edited} */ (null));
  const put = (/** @type {Queue} */ queue) => {
    const { data } = resource;
    if (data) resource.put({ ...data, queues: [...data.queues.filter((one) => one.id !== queue.id), queue].sort((one, other) => one.name.localeCompare(other.name)) });
  };
  const list = { put, reload: () => void resource.reload() };
  const add = html`<${Button} kind="primary" icon="plus" label=${t("admin.new_queue")} onClick=${() => setEdited({ queue: null, links: false })} testid="new-queue" />`;
  return html`<${Section} title=${t("admin.queues")} hint=${t("admin.queues_hint")} end=${add} testid="admin-queues">
    <${Loaded} resource=${resource}>${(/** @type {QueuesAnswer} */ answer) => html`<${Shown} answer=${answer} edited=${edited} setEdited=${setEdited} list=${list} />`}</${Loaded}>
  </${Section}>`;
}
