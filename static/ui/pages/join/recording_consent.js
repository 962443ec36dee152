/** Asked before the call whether one may be recorded. Either answer leads on, and so does none: care does not hang on it. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { CONSENT_VERSION } from "../../../core/recording_consent.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { ConsentWords } from "../../call/recording/consent_words.js";
import { problemWords } from "../../problem_words.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {"agree" | "refuse" | "withdraw"} Answer */

/** @param {Visit} visit */
function recordingOf(visit) {
  return visit.call.value?.recording ?? null;
}

/** Tells the answer; when that fails the person is asked again in the call, and not recorded until then. @param {Visit} visit @param {Answer} answer */
async function tell(visit, answer) {
  try {
    await visit.link?.command("recording_consent", { answer, text_version: CONSENT_VERSION, language: language() });
  } catch (error) {
    toast(problemWords(error));
  }
}

/** What was answered, and the way to answer otherwise. @param {{visit: Visit, agreed: boolean}} props */
function Answered({ visit, agreed }) {
  const [busy, setBusy] = useState(false);
  const change = async () => {
    setBusy(true);
    await tell(visit, agreed ? "withdraw" : "agree");
    setBusy(false);
  };
  return html`<div class="consent-line" data-testid="consent-answered" data-agreed=${String(agreed)}><${Icon} name=${agreed ? "user-check" : "user-x"} /><p role="status">${t(agreed ? "recording.before_agreed" : "recording.before_refused")}</p>
    <${Button} kind="plain" label=${t(agreed ? "recording.act_refuse" : "recording.act_agree")} busy=${busy} onClick=${change} testid="consent-change" /></div>`;
}

/** @param {{visit: Visit}} props */
function Question({ visit }) {
  return html`<h2>${t("recording.before_title")}</h2><p>${t("recording.ask_text")}</p><${ConsentWords} days=${recordingOf(visit)?.kept_days ?? 0} />`;
}

/** The question at the head of the device check: read before its answers come into the hand. @param {{visit: Visit}} props */
export function ConsentQuestion({ visit }) {
  const standing = recordingOf(visit)?.you.standing ?? "none";
  if (standing !== "none") return html`<${Answered} visit=${visit} agreed=${standing === "agreed"} />`;
  return html`<section class="card consent-step" data-testid="consent-step"><${Question} visit=${visit} /></section>`;
}

/** The next step of the device check, once for each answer. @param {{visit: Visit, busy: boolean, onContinue: () => void, fallback: unknown}} props `fallback`: the step without a question */
export function ConsentStep({ visit, busy, onContinue, fallback }) {
  const [given, setGiven] = useState(/** @type {Answer | null} */ (null));
  const standing = recordingOf(visit)?.you.standing ?? "none";
  if (!given && standing !== "none") return fallback;
  const go = (/** @type {Answer} */ answer) => {
    if (busy) return;
    setGiven(answer);
    void tell(visit, answer); // Goes ahead of the next step on the same connection.
    onContinue();
  };
  return html`<div class="next-step consent-step__acts" role="group" aria-label=${t("recording.before_title")}><p class="next-step__hint" aria-hidden="true">${t("recording.before_title")}</p>
      <${Button} large=${true} label=${t("recording.agree_join")} busy=${busy && given === "agree"} onClick=${() => go("agree")} testid="join-agree" />
      <${Button} large=${true} label=${t("recording.refuse_join")} busy=${busy && given === "refuse"} onClick=${() => go("refuse")} testid="join-unrecorded" /></div>`;
}

/** The same for one who waits already. @param {{visit: Visit}} props */
export function WaitingConsent({ visit }) {
  const [busy, setBusy] = useState(/** @type {Answer | null} */ (null));
  useEffect(() => void import("../../call/recording/layer.js").catch(() => {}), []); // At hand when the door opens.
  const standing = recordingOf(visit)?.you.standing ?? "none";
  if (standing !== "none") return html`<${Answered} visit=${visit} agreed=${standing === "agreed"} />`;
  const give = async (/** @type {Answer} */ answer) => {
    if (busy) return;
    setBusy(answer);
    await tell(visit, answer);
    setBusy(null);
  };
  return html`<section class="card consent-step" data-testid="consent-waiting"><${Question} visit=${visit} />
    <div class="consent-step__acts"><${Button} large=${true} label=${t("recording.agree")} busy=${busy === "agree"} onClick=${() => void give("agree")} testid="waiting-agree" />
      <${Button} large=${true} label=${t("recording.refuse")} busy=${busy === "refuse"} onClick=${() => void give("refuse")} testid="waiting-refuse" /></div></section>`;
}
