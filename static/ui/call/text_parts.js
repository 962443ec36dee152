/** Writing, and what talking with somebody takes: loaded when the call stands, so that a door opens sooner on a thin line. */
import { lazy } from "../components/lazy.js";

const chat = () => import("./chat_panel.js");
const panel = () => import("./side_panel.js");

export const ChatPanel = lazy(async () => (await chat()).ChatPanel);
export const LiveStrip = lazy(async () => (await import("../text/strip.js")).LiveStrip);
export const NeedBadges = lazy(async () => (await import("../needs/words.js")).NeedBadges);
export const NeedsDialog = lazy(async () => (await import("../needs/dialog.js")).NeedsDialog);
export const NeedsStep = lazy(async () => (await import("../needs/step.js")).NeedsStep);
export const SidePanel = lazy(async () => (await panel()).SidePanel);
export const WaitingTalk = lazy(async () => (await import("../text/waiting_talk.js")).WaitingTalk);

/** Fetches the chat while the line is still good: it is what remains when nothing else gets through. */
export function fetchChat() {
  void Promise.all([chat(), panel()]).catch(() => {}); // Tried again when it is opened.
}
