/** Today: who waits, what is open, what is due. Its one thing: answer the next person, or start a consultation. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { isWaiting } from "../../../core/queue_state.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { toast } from "../../components/toast.js";
import { handOverAdmit, handOverLink } from "../../handover.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { createDesk } from "../queues/desk.js";
import { QueueDialogs } from "../queues/dialogs.js";
import { goToSignIn } from "../return_place.js";
import { AlertsBanner, ConnectionBanner, DrainingBanner, FullBanner } from "./banners.js";
import { createLive, waitingCount } from "./live.js";
import { Rail } from "./rail.js";
import { SessionTable } from "./session_table.js";
import { TaskList } from "./task_list.js";
import { WaitingList } from "./waiting_list.js";

/** @typedef {import("./staff_state.js").WaitingEntry} WaitingEntry */

const live = createLive();
const { alerts, store } = live;
const desk = createDesk(store);
/** Who leads consultations; the others find people and send them on. */
const LEADING = new Set(["clinician", "dispatcher", "responder"]);

/** Opens the call page with the link in hand: one press. */
function useStart() {
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      const { session, link } = await api.post("/sessions", { kind: "scheduled", command_id: newCommandId() });
      handOverLink(session.id, link);
      location.assign(`/call/${session.id}`);
    } catch (error) {
      setBusy(false);
      if (problemCode(error) === "not_signed_in") goToSignIn();
      else toast(problemWords(error));
    }
  };
  return { busy, start };
}

/** Opens the call page, which then admits this person. */
function useAnswer() {
  const [answering, setAnswering] = useState(/** @type {string | null} */ (null));
  const answer = (/** @type {WaitingEntry} */ entry) => {
    setAnswering(entry.participant_id);
    alerts.quiet();
    handOverAdmit(entry.session_id, entry.participant_id);
    location.assign(`/call/${entry.session_id}`);
  };
  // The browser may bring this very page back by its back button, as it was when it was left.
  useEffect(() => {
    const back = () => setAnswering(null);
    addEventListener("pageshow", back);
    return () => removeEventListener("pageshow", back);
  }, []);
  return { answering, answer };
}

/** @param {{busy: boolean, primary: boolean, role: string, onStart: () => void}} props `role`: "" while it is not known */
function Head({ busy, primary, role, onStart }) {
  const kind = primary ? "primary" : "quiet";
  const leads = !role || LEADING.has(role);
  const date = new Intl.DateTimeFormat(language(), { weekday: "long", day: "numeric", month: "long" }).format(new Date());
  return html`<header class="today__head">
    <div><h1>${t("today.title")}</h1><p class="today__date">${date}</p></div>
    <div class="today__start">
      ${leads
        ? html`<${Button} kind=${kind} large=${true} icon="video" label=${t("today.start")} busy=${busy} onClick=${onStart} testid="start-session" />`
        : html`<${Button} kind=${kind} large=${true} icon="search" label=${t("today.find_patient")} href="/patients" testid="find-patient" />`}
    </div>
  </header>`;
}

/** For roles without a waiting room: where their work is. @param {{isOfficer: boolean}} props */
function Elsewhere({ isOfficer }) {
  const audit = html`<div class="state__ways"><${Button} kind="primary" icon="siren" label=${t("privacy.title")} href="/privacy" /><${Button} icon="clipboard-list" label=${t("audit.title")} href="/audit" /></div>`;
  return html`<h1>${t("today.title")}</h1>
    <div class="card"><${EmptyState} icon="door-open" title=${t("today.elsewhere")} level=${2} testid="no-permission" action=${isOfficer && audit}>${t(isOfficer ? "today.elsewhere_officer" : "today.elsewhere_more")}</${EmptyState}></div>`;
}

/** @param {{state: import("./staff_state.js").StaffState | null}} props what a screen reader says when the list changes */
function LiveWaiting({ state }) {
  const count = waitingCount(state);
  const first = state?.entries.find(isWaiting) ?? state?.waiting[0];
  return html`<p class="visually-hidden" role="status">${count ? t("today.live_waiting", { count, name: first?.name || t("today.unnamed") }) : ""}</p>`;
}

/** @param {{language: string}} props */
export function Today({ language: shown }) {
  live.useLife("today.title");
  const { busy, start } = useStart();
  const { answering, answer } = useAnswer();
  const state = store.state.value;
  const user = live.user.value;
  const me = { id: user?.id ?? "", role: user?.role ?? "" };
  const acknowledge = (/** @type {WaitingEntry} */ entry) => void store.acknowledge(entry.participant_id).catch((error) => toast(problemWords(error)));
  const tasks = state?.tasks ?? [];
  const followUps = state?.follow_ups ?? [];
  const alertsProps = store.refused.value ? {} : { alertsOn: alerts.on.value, onAlerts: alerts.toggle };
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} ...${alertsProps} />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today">${store.refused.value ? html`<${Elsewhere} isOfficer=${user?.is_privacy_officer === true} />` : html`
        <${Head} busy=${busy} primary=${!waitingCount(state)} role=${me.role} onStart=${start} />
        <${ConnectionBanner} connection=${store.connection.value} />
        <${DrainingBanner} draining=${store.draining.value} />
        <${FullBanner} full=${store.full.value} />
        <${AlertsBanner} alerts=${alerts} />
        <${LiveWaiting} state=${state} />
        <div class=${tasks.length || followUps.length ? "today__columns today__columns--two" : "today__columns"}>
          <div class="today__column">
            <${WaitingList} state=${state} me=${me} desk=${desk} answering=${answering} onAnswer=${answer} onAcknowledge=${acknowledge} />
            <${SessionTable} rows=${state?.sessions ?? null} />
          </div>
          <div class="today__column"><${TaskList} tasks=${tasks} followUps=${followUps} more=${state?.follow_ups_more ?? 0} /></div>
        </div>
        ${state && html`<${QueueDialogs} desk=${desk} state=${state} me=${me} />`}`}
      </div>
    </main>
  </div>`;
}
