/** Is the recording as it was signed, and a copy to take along, with a reason. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { lengthWords, momentWords } from "../recordings/words.js";
import { brokenWord, nameOf, reviewProblem } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").Verdict} Verdict */
/** @typedef {import("../../../core/review/messages.js").BrokenPart} BrokenPart */

/** Every file is read and its hash made: minutes for hours of pictures. Milliseconds. */
const PATIENCE = 600_000;

/** Which part, as a person would look for it. @param {import("./review.js").Review} review @param {BrokenPart} part */
function partWords(review, part) {
  const segment = review.recording.value.segments.find((one) => one.id === part.segment_id);
  if (!segment) return part.segment_id ? t("review.part_named", { id: part.segment_id }) : t("review.part_whole");
  const name = nameOf(review, segment.participant_id);
  const where = segment.group === "screen" ? t("review.screen_of", { name }) : name;
  return t("review.part_at", { name: where, from: lengthWords(segment.start_ms), to: lengthWords(segment.end_ms) });
}

/** @param {{verdict: Verdict}} props */
function Shown({ verdict }) {
  const review = useReview();
  if (verdict.result === "complete") {
    return html`<${Banner} kind="ok" icon="shield-check" testid="verified">${verdict.up_to ? t("review.complete_up_to", { day: momentWords(verdict.up_to) }) : t("review.complete")} ${t("review.checked_at", { day: momentWords(verdict.checked_at) })}
      ${(verdict.destroyed ?? []).map((part) => html`<p key=${part.participant_id} data-testid="verified-destroyed">${t("withdraw.verified", { name: nameOf(review, part.participant_id), day: momentWords(part.at) })}</p>`)}</${Banner}>`;
  }
  return html`<${Banner} kind="urgent" icon="triangle-alert" testid="not-whole"><p>${t("review.not_whole", { count: verdict.broken.length })}</p>
    <ul class="broken-parts">${verdict.broken.map((part, index) => html`<li key=${index}><strong>${partWords(review, part)}</strong>: ${brokenWord(part.what)}${typeof part.block === "number" ? ` ${t("review.broken_block", { block: part.block })}` : ""}
      ${part.segment_id && html` <code>${part.segment_id}</code>`}</li>`)}</ul><p>${t("review.checked_at", { day: momentWords(verdict.checked_at) })}</p></${Banner}>`;
}

export function Integrity() {
  const review = useReview();
  const [verdict, setVerdict] = useState(/** @type {Verdict | null} */ (null));
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const { verify, download } = review.can.value;
  if (!verify && !download) return null;
  const check = async () => {
    setBusy(true);
    setProblem("");
    try {
      setVerdict(await api.post(`${review.path}/verify`, {}, { timeout: PATIENCE }));
    } catch (error) {
      setProblem(reviewProblem(error));
    }
    setBusy(false);
  };
  return html`<section class="about-part"><h2>${t("review.integrity")}</h2><p class="muted">${t("review.integrity_text")}</p>
    <div aria-live="polite">${busy && html`<p>${t("review.verifying")}</p>`}${verdict && !busy && html`<${Shown} verdict=${verdict} />`}${problem && html`<${Banner} kind="warn">${problem}</${Banner}>`}</div>
    <div class="form__acts">${verify && html`<${Button} icon="shield-check" label=${t("review.verify")} busy=${busy} onClick=${() => void check()} testid="verify" />`}
      ${download && html`<${Button} icon="file-text" label=${t("review.download")} onClick=${() => { review.dialog.value = { name: "download" }; }} testid="download" />`}</div></section>`;
}
