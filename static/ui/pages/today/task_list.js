/** What is still due: outcomes to record, links that patients asked for, follow-ups whose day has come. Shown only when there is something. */
import { html, useState } from "../../../vendor/preact.js";
import { dayText } from "../../../core/end_card.js";
import { byDay } from "../../../core/follow_ups.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime, useNow } from "../../components/date_time.js";
import { Icon } from "../../components/icon.js";
import { ListRow } from "../../components/list_row.js";
import { visitName } from "../../visit_name.js";
import { FollowUpRow, LaterList } from "./follow_ups.js";
import { LinkDialog } from "./link_dialog.js";
import { OutcomeDialog } from "./outcome_dialog.js";
import { taskKey } from "./staff_state.js";

/** @typedef {import("./staff_state.js").Task} Task */
/** @typedef {import("../../../core/follow_ups.js").FollowUp} FollowUp */

const KINDS = {
  outcome: { icon: "clipboard-list", title: "today.task_outcome", action: "today.record_outcome" },
  link_wanted: { icon: "link", title: "today.task_link", action: "today.make_link" },
};

/** @param {{task: Task, onOpen: () => void}} props */
function TaskRow({ task, onOpen }) {
  const kind = KINDS[task.kind];
  if (!kind) return null;
  const name = visitName(task) || t("today.unnamed");
  return html`<${ListRow} class="row--task" lead=${html`<span class="avatar"><${Icon} name=${kind.icon} /></span>`} title=${t(kind.title, { name })}
    meta=${html`<${DateTime} at=${task.since} />`} end=${html`<${Button} label=${t(kind.action)} onClick=${onOpen} testid="task-${task.kind}" />`} />`;
}

/** `more`: follow-ups left behind beyond those listed. @param {{tasks: Task[], followUps: FollowUp[], more: number}} props */
export function TaskList({ tasks, followUps, more }) {
  const [open, setOpen] = useState(/** @type {Task | null} */ (null));
  const close = () => setOpen(null);
  const today = dayText(new Date(useNow()));
  const { due, later } = byDay(followUps, today);
  const count = tasks.length + due.length;
  return html`<section class="section" aria-labelledby="tasks-title" hidden=${!count && !later.length && !open}>
    <div class="section__head"><h2 id="tasks-title">${t("today.to_do")}</h2><${Badge}>${count}</${Badge}></div>
    <div class="card">
      <ul class="rows" hidden=${!count}>${tasks.map((task) => html`<${TaskRow} key=${taskKey(task)} task=${task} onOpen=${() => setOpen(task)} />`)}
        ${due.map((one) => html`<${FollowUpRow} key=${one.id} followUp=${one} today=${today} />`)}</ul>
      <${LaterList} later=${later} today=${today} />
      ${more > 0 && html`<p class="later muted" data-testid="follow-ups-more">${t("followup.left_more", { count: more })}</p>`}
    </div>
    ${open?.kind === "outcome" && html`<${OutcomeDialog} task=${open} onClose=${close} />`}
    ${open?.kind === "link_wanted" && html`<${LinkDialog} task=${open} onClose=${close} />`}
  </section>`;
}
