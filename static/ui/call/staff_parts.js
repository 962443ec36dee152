/** What only staff see of a call, or few others ask for, loaded at its first use: a patient's phone does not carry it. The staff page loads it at once. */
import { lazy } from "../components/lazy.js";

export const AfterCall = lazy(async () => (await import("./after_call.js")).AfterCall);
export const HelpDialog = lazy(async () => (await import("./oncall/help_dialog.js")).HelpDialog);
export const DeviceDialog = lazy(async () => (await import("./device_dialog.js")).DeviceDialog);
export const FrameLayer = lazy(async () => (await import("./draw/layer.js")).FrameLayer);
export const IdentityLine = lazy(async () => (await import("./identity_line.js")).IdentityLine);
export const IncidentDesk = lazy(async () => (await import("./incident_desk.js")).IncidentDesk);
export const IncidentPanel = lazy(async () => (await import("./incident_panel.js")).IncidentPanel);
export const InviteDialog = lazy(async () => (await import("./invite_dialog.js")).InviteDialog);
export const LinkCard = lazy(async () => (await import("./link_card.js")).LinkCard);
export const MoveRequests = lazy(async () => (await import("./move_requests.js")).MoveRequests);
export const NoCaller = lazy(async () => (await import("./no_caller.js")).NoCaller);
export const NotesPanel = lazy(async () => (await import("./notes_panel.js")).NotesPanel);
export const OnCallLayer = lazy(async () => (await import("./oncall/layer.js")).OnCallLayer);
export const PatientDetails = lazy(async () => (await import("./patient_details.js")).PatientDetails);
export const QualityFigures = lazy(async () => (await import("./quality_figures.js")).QualityFigures);
export const ReasonDialog = lazy(async () => (await import("./reason_dialog.js")).ReasonDialog);
export const QueueCard = lazy(async () => (await import("./queue_card.js")).QueueCard);
export const QueueSection = lazy(async () => (await import("./queue_section.js")).QueueSection);
export const RecordingSection = lazy(async () => (await import("./recording/section.js")).RecordingSection);
export const Shortcuts = lazy(async () => (await import("./shortcuts.js")).Shortcuts);
export const ShortcutsDialog = lazy(async () => (await import("./shortcuts.js")).ShortcutsDialog);
export const TechnicalPanel = lazy(async () => (await import("./technical_panel.js")).TechnicalPanel);
export const WaitingList = lazy(async () => (await import("./waiting_list.js")).WaitingList);
