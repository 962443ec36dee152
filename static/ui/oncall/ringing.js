/** The sound and the notification of somebody who calls: on until the dialog goes. A call in emergency is not one of the alerts one turns on. */
import { useEffect } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { notify } from "../../core/notify.js";
import { playSound } from "../../core/sounds.js";

/** Milliseconds between two rings. */
const REPEAT_MS = 2_000;

/** @param {string | null} id of what rings; null: nothing does */
export function useRinging(id) {
  useEffect(() => {
    if (!id) return undefined;
    playSound("arrival");
    const timer = setInterval(() => playSound("arrival"), REPEAT_MS);
    const takeBack = notify({ title: t("oncall.notification_title"), body: t("oncall.notification_body"), tag: `telemed-page-${id}`, onClick: () => globalThis.focus() });
    return () => {
      clearInterval(timer);
      takeBack();
    };
  }, [id]);
}
