/** Head of the stage: who this is about, how long it lasts, how it is connected, how pictures are arranged. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { showsRecording } from "../../core/states.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { callName } from "../visit_name.js";
import { connectionState } from "./connection_words.js";
import { useCall } from "./context.js";
import { RecordingMark } from "./recording_parts.js";
import { useNow } from "./use_now.js";
import { lasting, personName } from "./words.js";

const ICONS = { connecting: "loader-circle", connected: "signal-high", reconnecting: "wifi-off", ended: "circle-x" };

function Connection() {
  const { session } = useCall();
  const state = connectionState(session.connection.value, session.media.connection.value);
  const weak = state === "connected" && (session.media.reception.value?.bars ?? 3) < 2;
  return html`<span class=${`connection connection--${weak ? "weak" : state}`} role="status" data-testid="connection-state" data-state=${state}>
    <${Icon} name=${weak ? "signal-low" : ICONS[state]} size=${18} /><span class="connection__word">${t(weak ? "call.connection_weak" : `call.connection_${state}`)}</span>
  </span>`;
}

/** That the call is recorded, in a word, until the part with more to say is there. */
function PlainMark() {
  return useCall().session.state.value?.recording?.state === "recording" && html`<p class="rec-mark rec-mark--on"><i class="rec-dot"></i>${t("recording.mark_on")}</p>`;
}

/** @param {{since: string}} props */
function Timer({ since }) {
  const now = useNow();
  return html`<span class="top__timer nowrap" aria-label=${t("call.lasts", { duration: lasting(since, now) })}>${lasting(since, now)}</span>`;
}

/** Whose visit it is, for staff; who treats, for everybody else. */
function title(/** @type {import("../../core/call_session.js").CallSession} */ session) {
  const state = session.state.value;
  if (session.as === "staff") return callName(state) || (state?.incident && state.session.reason) || t("today.unnamed");
  const clinicians = session.others.value.filter((one) => one.role === "clinician").map(personName);
  return clinicians.join(", ") || state?.clinic.name || "";
}

export function TopBar() {
  const { session, view } = useCall();
  const call = session.state.value?.session;
  const shown = title(session);
  const told = call?.reason === shown || call?.reason === session.state.value?.scene?.begun?.speciality;
  const several = session.others.value.length > 1;
  const spotlight = view.spotlight.value;
  return html`<header class="top">
    <div class="top__what"><h1 class="top__title">${shown}</h1>${session.as === "staff" && call?.reason && !told && html`<p class="top__reason">${call.reason}</p>`}</div>
    ${showsRecording(session.state.value) && html`<${RecordingMark} fallback=${html`<${PlainMark} />`} />`}
    <div class="top__state">
      ${call?.started_at && html`<${Timer} since=${call.started_at} />`}
      <${Connection} />
      ${several && html`<${Button} kind="icon" icon=${spotlight ? "layout-grid" : "rectangle-horizontal"} label=${t(spotlight ? "call.show_grid" : "call.show_spotlight")} onClick=${() => { view.spotlight.value = !spotlight; }} />`}
    </div>
  </header>`;
}
