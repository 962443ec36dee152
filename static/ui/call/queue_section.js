/** Who else waits in one's waiting rooms, and bringing one of them into this call: only after both names are read and it is said that they may hear each other. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { mayAnswer } from "../../core/queue_acts.js";
import { isWaiting } from "../../core/queue_state.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { toast } from "../components/toast.js";
import { deskWords, nameOf } from "../pages/queues/desk.js";
import { PriorityBadge, Waited } from "../pages/queues/facts.js";
import { useCall } from "./context.js";
import { queueLink } from "./queue_link.js";
import { personName } from "./words.js";

/** @typedef {import("../../core/queue_state.js").EntryRow} EntryRow */

/** More of them belong on the page for it. */
const MAX_SHOWN = 5;
/** @type {readonly EntryRow[]} */
const NOBODY = [];

/** Of these nobody comes back into the call by themselves. */
const GONE = new Set(["left", "denied", "removed", "invited"]);

/** Patients who hear the call now or may again: on hold, away for a moment. @param {import("../../core/call_session.js").CallSession} session */
function patientsHere(session) {
  return session.others.value.filter((one) => one.role === "patient" && !GONE.has(one.state)).map(personName);
}

/** Whom this page asked in, and whether the list has shown it by now. @type {Map<string, boolean>} */
const asked = new Map();

/** Who would rather wait is in line again: the clinician is told why nobody comes. @param {readonly EntryRow[]} entries */
function useDeclined(entries) {
  useEffect(() => {
    for (const [id, shown] of asked) {
      const entry = entries.find((one) => one.id === id);
      if (!entry) asked.delete(id); // Has come: its own visit is over.
      else if (!isWaiting(entry)) asked.set(id, true);
      else if (shown && asked.delete(id)) toast(t("queues.declined", { name: nameOf(entry) }));
    }
  }, [entries]);
}

/** @param {{entry: EntryRow, onClose: () => void}} props */
function BringInDialog({ entry, onClose }) {
  const { session } = useCall();
  const { store } = queueLink();
  const [agreed, setAgreed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const here = patientsHere(session);
  const name = nameOf(entry);
  const waits = store.state.value?.entries.some((one) => one.id === entry.id && isWaiting(one)) ?? false;
  const bring = async () => {
    setBusy(true);
    asked.set(entry.id, false); // Before: the list changes before the answer is here.
    try {
      await store.command("queue_answer", { entry_id: entry.id, into: session.sessionId, confirmed: true });
      toast(t("queues.brought_in", { name }));
      onClose();
    } catch (error) {
      asked.delete(entry.id);
      setBusy(false);
      setProblem(deskWords(error));
    }
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="primary" icon="user-plus" label=${t("queues.bring_in")} busy=${busy} disabled=${!waits || (here.length > 0 && !agreed)} onClick=${() => void bring()} testid="bring-in-confirm" />`;
  return html`<${Dialog} title=${t("queues.bring_in_title", { name })} open=${true} onClose=${onClose} actions=${actions} testid="bring-in-dialog">
    ${here.length > 0 ? html`<p>${t("queues.bring_in_both", { name, here: here.join(", ") })}</p>
      <label class="outcome"><input type="checkbox" checked=${agreed} onChange=${() => setAgreed(!agreed)} data-testid="may-hear" /><span>${t("queues.may_hear")}</span></label>` : html`<p>${t("queues.bring_in_alone", { name })}</p>`}
    ${!waits && html`<${Banner} kind="info">${t("queues.gone", { name })}</${Banner}>`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

export function QueueSection() {
  const { session } = useCall();
  const { store } = queueLink();
  const [chosen, setChosen] = useState(/** @type {EntryRow | null} */ (null));
  const entries = store.state.value?.entries ?? NOBODY;
  const waiting = entries.filter(isWaiting);
  useDeclined(entries);
  if (!waiting.length && !chosen) return null;
  const may = mayAnswer(session.state.value?.you.role ?? "") && session.can("admit");
  const row = (/** @type {EntryRow} */ entry) => html`<li class="person" key=${entry.id}>
    <div class="person__text"><p class="person__name">${nameOf(entry)} <${PriorityBadge} entry=${entry} /></p><p class="muted small row__meta">${entry.reason && html`<span>${entry.reason}</span>`}<${Waited} since=${entry.since} /></p></div>
    ${may && html`<${Button} icon="user-plus" label=${t("queues.bring_in")} onClick=${() => setChosen(entry)} testid="bring-in" attributes=${{ "aria-label": `${t("queues.bring_in")}: ${nameOf(entry)}` }} />`}
  </li>`;
  return html`<section class="people__group" data-testid="also-waiting"><h2 class="people__title">${t("queues.also_waiting", { count: waiting.length })}</h2>
    <ul>${waiting.slice(0, MAX_SHOWN).map(row)}</ul>
    ${chosen && html`<${BringInDialog} entry=${chosen} onClose=${() => setChosen(null)} />`}
  </section>`;
}
