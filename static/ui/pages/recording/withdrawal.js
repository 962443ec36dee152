/** Withdrawing, in the page of one recording: one's own part, and for privacy officers those who cannot sign in. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { WithdrawDialog } from "../../withdrawal/dialog.js";
import { OwnPart } from "../../withdrawal/own_part.js";
import { mayChoose } from "../../withdrawal/words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").ForWhom} ForWhom */

/** @param {ForWhom} person */
function nameWords({ name, label, person_id: id }) {
  return name.trim() || (label ? t(`recording.bystander_${label}`) : id);
}

/** @param {{person: ForWhom, textVersion: string}} props */
function Other({ person, textVersion }) {
  const review = useReview();
  const [open, setOpen] = useState(false);
  const { part, withdrawn, label } = person;
  const name = nameWords(person);
  const may = label ? !withdrawn : mayChoose(part);
  return html`<li class="about-person" data-testid="withdraw-other"><span><strong>${name}</strong> <span class="muted">${t(label ? (withdrawn ? "withdraw.noted" : "withdraw.no_place") : `withdraw.their_${part}`)}</span></span>
    ${may && html`<${Button} kind="plain" label=${t("withdraw.for_them")} attributes=${{ "aria-label": t("withdraw.title_for", { name }) }} onClick=${() => setOpen(true)} testid="withdraw-for" />`}
    ${open && html`<${WithdrawDialog} path=${`${review.path}/withdraw`} part=${part} textVersion=${textVersion} forWhom=${{ personId: person.person_id, name, hasPart: !label }}
      onClose=${() => setOpen(false)} onDone=${() => void review.reload().catch(() => location.reload())} />`}</li>`;
}

export function WithdrawalPart() {
  const review = useReview();
  const found = review.recording.value.withdrawal;
  if (!found || (found.mine === "none" && !found.others.length)) return null;
  const reload = () => void review.reload().catch(() => location.reload());
  return html`<section class="about-part"><h2>${t("withdraw.heading")}</h2>
    <${OwnPart} path=${`${review.path}/withdraw`} part=${found.mine} textVersion=${found.text_version} onChange=${reload} />
    ${found.others.length > 0 && html`<h3>${t("withdraw.for_others")}</h3><p class="muted">${t("withdraw.for_others_text")}</p>
      <ul class="lines">${found.others.map((person) => html`<${Other} key=${person.person_id} person=${person} textVersion=${found.text_version} />`)}</ul>`}</section>`;
}
