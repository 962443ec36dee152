/** Somebody wants this recording erased: what has to happen next, seen by the one who asked and by the other. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { useNow } from "../../components/date_time.js";
import { toast } from "../../components/toast.js";
import { momentWords } from "../recordings/words.js";
import { keepFocus } from "./keep_focus.js";
import { useReview } from "./review.js";
import { reviewProblem } from "./words.js";

/** @typedef {import("../../../core/review/messages.js").EraseAsked} EraseAsked */

/**
 * Where the request stands for who looks at it.
 * @param {EraseAsked} erase
 * @param {number} now milliseconds
 * @returns {"waits_other" | "waits_time" | "may_confirm"}
 */
export function eraseStep(erase, now) {
  if (!erase.mine) return "may_confirm";
  if (!erase.confirm_after) return "waits_other";
  return Date.parse(erase.confirm_after) > now ? "waits_time" : "may_confirm";
}

/** @param {EraseAsked} erase @param {ReturnType<typeof eraseStep>} step */
function words(erase, step) {
  const asked = erase.mine ? t("review.erase_asked_by_you", { day: momentWords(erase.at) }) : t("review.erase_asked_by", { name: erase.asked_by, day: momentWords(erase.at) });
  const next = step === "waits_time" ? t("review.erase_waits_time", { day: momentWords(erase.confirm_after ?? erase.at) }) : t(`review.erase_${step}`);
  return `${asked} ${next}`;
}

export function EraseBanner() {
  const review = useReview();
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const { erase } = review.recording.value;
  if (!erase) return null;
  const step = eraseStep(erase, now);
  const cancel = async () => {
    setBusy(true);
    try {
      await api.post(`${review.path}/erase/cancel`, {});
      await review.reload();
      toast(t("review.erase_cancelled"));
      keepFocus();
    } catch (error) {
      toast(reviewProblem(error));
      await review.renew(); // Somebody else was quicker.
    }
    setBusy(false);
  };
  const confirm = () => { review.dialog.value = { name: "confirm_erase" }; };
  const acts = review.can.value.erase && html`${step === "may_confirm" && html`<${Button} kind="danger" label=${t("review.erase_confirm")} onClick=${confirm} testid="confirm-erase" />`}
    <${Button} label=${t("review.erase_cancel")} busy=${busy} onClick=${() => void cancel()} testid="cancel-erase" />`;
  return html`<${Banner} kind="urgent" icon="trash-2" action=${acts} testid="erase-asked">${words(erase, step)} ${erase.reason && html`<q>${erase.reason}</q>`}</${Banner}>`;
}
