/** The call as a whole: opening, the stage with its bars and panel, and what comes after. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { isWaiting, showsRecording } from "../../core/states.js";
import { useLanguage } from "../page.js";
import { Button } from "../components/button.js";
import { Announcer } from "./announcer.js";
import { callName } from "../visit_name.js";
import { useArrivals, useTitleBadge } from "./arrivals.js";
import { Banners } from "./banners.js";
import { useCall } from "./context.js";
import { ControlBar } from "./control_bar.js";
import { RecordingLayer } from "./recording_parts.js";
import { RemoteAudio } from "./remote_audio.js";
import { AfterCall, DeviceDialog, FrameLayer, HelpDialog, IncidentDesk, InviteDialog, MoveRequests, OnCallLayer, QueueCard, ReasonDialog, Shortcuts, ShortcutsDialog, WaitingList } from "./staff_parts.js";
import { Stage } from "./stage.js";
import { StillLayer, hasStills } from "./stills_parts.js";
import { LiveStrip, NeedsDialog, SidePanel, fetchChat } from "./text_parts.js";
import { TopBar } from "./top_bar.js";

/** Before the first word of the server. */
function Opening() {
  return html`<div class="call call--opening" aria-busy="true"><p role="status">${t("call.opening")}</p></div>`;
}

function Dialogs() {
  const { view } = useCall();
  const dialog = view.dialog.value;
  if (!dialog) return null;
  if (dialog.name === "devices") return html`<${DeviceDialog} />`;
  if (dialog.name === "help") return html`<${HelpDialog} />`;
  if (dialog.name === "invite") return html`<${InviteDialog} />`;
  if (dialog.name === "needs") return html`<${NeedsDialog} />`;
  if (dialog.name === "shortcuts") return html`<${ShortcutsDialog} />`;
  return html`<${ReasonDialog} key=${dialog.participantId} action=${dialog.name} participantId=${dialog.participantId} />`;
}

/** Who waits, over the stage while others are in the call. With nobody here the lobby shows it, and so does the people panel. */
function Door() {
  const { session, view } = useCall();
  if (!session.can("admit") || !session.others.value.length || view.panel.value === "people") return null;
  return html`<div class="door"><${MoveRequests} /><${WaitingList} /></div>`;
}

/** Admits the person whose "Answer" was pressed on the page before, as soon as they are seen waiting. @param {string | null} participantId */
function useAdmitAtOnce(participantId) {
  const { session } = useCall();
  const ready = Boolean(participantId) && session.waiting.value.some((one) => one.id === participantId);
  useEffect(() => {
    if (ready) void session.command("admit", { participant_id: participantId }).catch(() => {}); // Still in the list then, to be admitted by hand.
  }, [ready]);
}

/** @param {{admit: string | null}} props */
function InCall({ admit }) {
  const { session, view } = useCall();
  const state = session.state.value;
  const recorded = useRef(false); // Once there was something to show, the end of it is shown too.
  recorded.current ||= showsRecording(state);
  const pictured = useRef(false); // Likewise; and what is under way must not go with the last entry.
  pictured.current ||= hasStills(session);
  const opened = useRef(false); // Likewise: it gives the focus back when it closes.
  opened.current ||= view.panel.value !== null;
  useArrivals(session);
  useTitleBadge(session, session.as === "staff" ? callName(state) || t("call.title") : state?.clinic.name || t("call.title"));
  useAdmitAtOnce(admit);
  useEffect(fetchChat, []);
  return html`<div class="call" data-theme="dark" data-testid="call-stage" data-panel=${view.panel.value ?? "none"}>
    <${TopBar} />
    <div class="call__middle">
      <div class="call__stage"><${Stage} />${state?.frame && html`<${FrameLayer} />`}<div class="over"><${Banners} />${recorded.current && html`<${RecordingLayer} />`}${state?.scene && html`<${OnCallLayer} />`}${pictured.current && html`<${StillLayer} />`}<${Door} />${session.as === "staff" && html`<${QueueCard} />`}${session.text.value && view.panel.value !== "chat" && html`<${LiveStrip} />`}</div></div>
      ${opened.current && html`<${SidePanel} />`}
    </div>
    <${ControlBar} />
    <${RemoteAudio} /><${Announcer} /><${Dialogs} />${state?.incident && html`<${IncidentDesk} />`}${view.prefs.value.shortcuts && html`<${Shortcuts} />`}
  </div>`;
}

/** This page is no longer the one in the call. */
function Replaced() {
  const { onEnd } = useCall();
  return html`<div class="after"><h1>${t("elsewhere.title")}</h1><p class="muted">${t("elsewhere.text")}</p>
    <div class="after__act"><${Button} kind="primary" large=${true} label=${t("elsewhere.action")} onClick=${() => location.reload()} /><${Button} large=${true} label=${t("open.back_to_today")} onClick=${() => onEnd(null)} /></div></div>`;
}

/** Somebody with a link leaves the stage to the join page, which says goodbye. @param {{reason: string | null}} props */
function HandBack({ reason }) {
  const { onEnd } = useCall();
  useEffect(() => onEnd(reason), []);
  return null;
}

/** @param {{admit: string | null}} props */
export function Call({ admit }) {
  useLanguage();
  const { session } = useCall();
  const { value: connection } = session.connection;
  const reason = session.endReason.value;
  if (connection === "ended") return session.as === "staff" ? html`<${AfterCall} reason=${reason ?? "ended"} />` : html`<${HandBack} reason=${reason ?? "ended"} />`;
  if (connection === "replaced") return session.as === "staff" ? html`<${Replaced} />` : html`<${HandBack} reason=${null} />`;
  const state = session.state.value?.you.state;
  if (state && isWaiting(state)) return html`<${HandBack} reason="waiting" />`;
  if (!session.inCall.value) return html`<${Opening} />`;
  return html`<${InCall} admit=${admit} />`;
}
