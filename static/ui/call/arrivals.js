/** Tells staff that somebody waits: a tone, again every 20 s until nobody does, a notification when the page is not seen, a count in the tab. */
import { useEffect, useRef } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { notify } from "../../core/notify.js";
import { playSound } from "../../core/sounds.js";

/** Milliseconds between two tones while the same person waits. */
const REPEAT_MS = 20_000;

/** @param {import("../../core/call_session.js").CallSession} session */
export function useArrivals(session) {
  const ids = session.can("admit") ? session.waiting.value.map((one) => one.id).join(" ") : "";
  const before = useRef("");
  useEffect(() => {
    const known = new Set(before.current.split(" "));
    const arrived = ids.split(" ").some((id) => id && !known.has(id));
    before.current = ids;
    if (!ids) return undefined;
    if (arrived) playSound("arrival");
    const takeBack = arrived && !document.hasFocus() ? notify({ title: t("alerts.notification_title"), body: t("alerts.notification_body"), tag: "telemed-arrival", onClick: () => window.focus() }) : () => {};
    const timer = setInterval(() => playSound("arrival"), REPEAT_MS);
    return () => {
      clearInterval(timer);
      takeBack();
    };
  }, [ids]);
}

/** The tab's title: what needs attention first. @param {import("../../core/call_session.js").CallSession} session @param {string} title */
export function useTitleBadge(session, title) {
  const count = (session.can("admit") ? session.waiting.value.length : 0) + session.chat.unread.value;
  useEffect(() => {
    document.title = count ? `(${count}) ${title}` : title;
  }, [count, title]);
}
