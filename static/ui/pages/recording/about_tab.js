/** All about the recording: its review, who is in it, how long it is kept, whether it is whole, who watched it. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { STATUSES } from "../../../core/review/list_query.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/select.js";
import { Skeleton } from "../../components/skeleton.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { isGoing } from "../../withdrawal/words.js";
import { keptWords, momentWords, personWords, sizeWords } from "../recordings/words.js";
import { Integrity } from "./integrity.js";
import { PersonSound } from "./person_sound.js";
import { TagEditor } from "./tag_editor.js";
import { reviewProblem, viewWord } from "./words.js";
import { useReview } from "./review.js";
import { WithdrawalPart } from "./withdrawal.js";

/** @typedef {import("../../../core/review/messages.js").Viewer} Viewer */

function ReviewPart() {
  const review = useReview();
  const { review_status: status, reviewed_by: by, reviewed_at: at } = review.recording.value;
  const last = useRef(Promise.resolve());
  const save = async (/** @type {string} */ next) => {
    try {
      await api.post(`${review.path}/status`, { status: next });
      await review.reload();
      toast(t(`review.now_${next}`));
    } catch (error) {
      toast(reviewProblem(error));
    }
  };
  // One after the other, by arrow keys: a field that is closed meanwhile would lose the focus.
  const change = (/** @type {string} */ next) => { last.current = last.current.then(() => save(next)); };
  return html`<section class="about-part"><h2>${t("review.review")}</h2>
    <${Select} label=${t("review.status")} value=${status} disabled=${!review.can.value.sign_off} options=${STATUSES.map((value) => ({ value, label: t(`recordings.review_${value}`) }))} onChange=${change} testid="status" />
    ${by && at && html`<p class="muted">${t("review.reviewed_by", { name: by, day: momentWords(at) })}</p>`}
    <${TagEditor} /></section>`;
}

function PeoplePart() {
  const { recording, can } = useReview();
  const { participants } = recording.value;
  return html`<section class="about-part"><h2>${t("review.people")}</h2>
    <ul class="lines">${participants.map((person) => html`<li class="about-person" key=${person.id}><span><strong>${personWords(person)}</strong> <span class="muted">${t(`role.${person.role}`)}${isGoing(person.part) && html` · ${t(`withdraw.their_${person.part}`)}`}</span></span>
      ${can.value.watch && html`<${PersonSound} participantId=${person.id} name=${personWords(person)} />`}</li>`)}</ul></section>`;
}

function KeptPart() {
  const { recording, can, dialog } = useReview();
  const row = recording.value;
  const open = (/** @type {"hold" | "erase"} */ name) => () => { dialog.value = { name }; };
  return html`<section class="about-part"><h2>${t("review.keeping")}</h2>
    <p data-testid="kept">${keptWords(row)} ${row.size_bytes > 0 && html`<span class="muted">${sizeWords(row.size_bytes)}</span>`}</p>
    ${(can.value.hold || can.value.erase) && html`<div class="form__acts">
      ${can.value.hold && html`<${Button} icon="lock" label=${t(row.hold ? "review.release" : "review.hold")} onClick=${open("hold")} testid="hold-recording" />`}
      ${can.value.erase && !row.erase && html`<${Button} icon="trash-2" label=${t("review.erase")} onClick=${open("erase")} testid="erase-recording" />`}</div>`}</section>`;
}

/** @param {{viewer: Viewer}} props */
function ViewerLine({ viewer }) {
  return html`<li class="about-viewer" data-testid="viewer"><strong>${personWords(viewer)}</strong> <span class="muted">${t(`role.${viewer.role}`)}</span>
    <span>${viewWord(viewer.what)}, <time datetime=${viewer.at}>${momentWords(viewer.at)}</time></span></li>`;
}

function ViewersPart() {
  const { path } = useReview();
  const [viewers, setViewers] = useState(/** @type {Viewer[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => {
    setError(null);
    api.get(`${path}/viewers`).then((answer) => setViewers(answer.viewers), setError);
  };
  useEffect(load, [path]);
  return html`<section class="about-part"><h2>${t("review.viewers")}</h2><p class="muted">${t("review.viewers_text")}</p>
    ${error ? html`<${Banner} kind="warn" action=${html`<${Button} label=${t("common.try_again")} onClick=${load} />`}>${problemWords(error)}</${Banner}>` : null}
    ${!viewers && !error && html`<${Skeleton} /><${Skeleton} width="70%" />`}
    ${viewers && (viewers.length ? html`<ul class="lines" data-testid="viewers">${viewers.map((viewer, index) => html`<${ViewerLine} key=${index} viewer=${viewer} />`)}</ul>` : html`<p>${t("review.no_viewers")}</p>`)}</section>`;
}

export function AboutTab() {
  return html`<div class="about"><${ReviewPart} /><${PeoplePart} /><${WithdrawalPart} /><${Integrity} /><${KeptPart} /><${ViewersPart} /></div>`;
}
