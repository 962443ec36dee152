/** Today: who waits, what is open, what is due. Its one thing: answer the next person, or start a consultation. */
import { html, signal, useEffect, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { toast } from "../../components/toast.js";
import { handOverAdmit, handOverLink } from "../../handover.js";
import { setTitle } from "../../page.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";
import { shareStaffState } from "../../oncall/duty_store.js";
import { createAlerts } from "./alerts.js";
import { AlertsBanner, ConnectionBanner, DrainingBanner, FullBanner } from "./banners.js";
import { Rail } from "./rail.js";
import { SessionTable } from "./session_table.js";
import { createStaffStore } from "./staff_store.js";
import { TaskList } from "./task_list.js";
import { WaitingList } from "./waiting_list.js";

/** @typedef {import("./staff_state.js").WaitingEntry} WaitingEntry */

const alerts = createAlerts();
const store = createStaffStore({ onArrival: (entries) => alerts.announce(entries) });
shareStaffState(store.state);
const user = signal(/** @type {import("../staff_user.js").StaffUser | null} */ (null));
/** Who leads consultations; the others find people and send them on. */
const LEADING = new Set(["clinician", "dispatcher", "responder"]);

async function loadUser() {
  try {
    user.value = (await api.get("/me")).user;
  } catch (error) {
    if (problemCode(error) === "not_signed_in") goToSignIn();
  }
}

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

/** Connects, keeps the alarm in step with who waits, and renews the connection when the network comes back. */
function useLife() {
  useEffect(() => {
    void loadUser();
    store.start();
    const online = () => store.renew();
    addEventListener("online", online);
    return () => removeEventListener("online", online);
  }, []);
  // Refused: because of the role, or because somebody signed this person out. The server says which.
  useEffect(() => void (store.refused.value && loadUser()), [store.refused.value]);
  const waiting = store.state.value?.waiting ?? [];
  useEffect(() => {
    alerts.follow(waiting.filter((entry) => !entry.acknowledged));
    setTitle(waiting.length ? `(${waiting.length}) ${t("today.title")}` : t("today.title"));
  }, [waiting, language()]);
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

/** @param {{waiting: WaitingEntry[]}} props what a screen reader says when the list changes */
function LiveWaiting({ waiting }) {
  return html`<p class="visually-hidden" role="status">${waiting.length ? t("today.live_waiting", { count: waiting.length, name: waiting[0]?.name || t("today.unnamed") }) : ""}</p>`;
}

/** @param {{language: string}} props */
export function Today({ language: shown }) {
  useLife();
  const { busy, start } = useStart();
  const { answering, answer } = useAnswer();
  const state = store.state.value;
  const acknowledge = (/** @type {WaitingEntry} */ entry) => void store.acknowledge(entry.participant_id).catch((error) => toast(problemWords(error)));
  const tasks = state?.tasks ?? [];
  const alertsProps = store.refused.value ? {} : { alertsOn: alerts.on.value, onAlerts: alerts.toggle };
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user.value} ...${alertsProps} />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today">${store.refused.value ? html`<${Elsewhere} isOfficer=${user.value?.is_privacy_officer === true} />` : html`
        <${Head} busy=${busy} primary=${!state?.waiting.length} role=${user.value?.role ?? ""} onStart=${start} />
        <${ConnectionBanner} connection=${store.connection.value} />
        <${DrainingBanner} draining=${store.draining.value} />
        <${FullBanner} full=${store.full.value} />
        <${AlertsBanner} alerts=${alerts} />
        <${LiveWaiting} waiting=${state?.waiting ?? []} />
        <div class=${tasks.length ? "today__columns today__columns--two" : "today__columns"}>
          <div class="today__column">
            <${WaitingList} entries=${state?.waiting ?? null} answering=${answering} onAnswer=${answer} onAcknowledge=${acknowledge} />
            <${SessionTable} rows=${state?.sessions ?? null} />
          </div>
          <div class="today__column"><${TaskList} tasks=${tasks} /></div>
        </div>`}
      </div>
    </main>
  </div>`;
}
