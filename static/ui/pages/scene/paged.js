/** Who is called, for how long, and what to do when nobody answers. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";
import { Countdown } from "../../oncall/countdown.js";

/** @typedef {import("../../../core/messages.js").Page} Page */

/** @param {{ring: import("../../../core/messages.js").PageRing}} props */
function Ring({ ring }) {
  const icon = ring.state === "accepted" ? "circle-check" : ring.state === "ringing" ? "bell-ring" : "circle-x";
  return html`<li class="scene__ring" data-state=${ring.state}><${Icon} name=${icon} /><span>${ring.name}</span><small>${t(`oncall.ring_${ring.state}`)}</small></li>`;
}

/** @param {{page: Page, alone: boolean, onAgain: () => void}} props `alone`: no doctor is there, also by another call */
export function Paged({ page, alone, onAgain }) {
  if (page.state === "accepted" || (page.state !== "ringing" && !alone)) return null;
  const dial = page.phone.replace(/[^+\d]/g, "");
  if (page.state !== "ringing") {
    return html`<section class="scene__paged scene__paged--none" role="alert" data-testid="no-answer">
      <p class="scene__big">${t("scene.no_answer")}</p>
      <a class="scene__button scene__button--call" href=${`tel:${dial}`} data-testid="last-resort"><${Icon} name="phone" />${page.phone}</a>
      <button type="button" class="scene__button" onClick=${onAgain} data-testid="page-again">${t("scene.again")}</button>
    </section>`;
  }
  return html`<section class="scene__paged" aria-label=${t("scene.calling_who", { speciality: page.speciality })} data-testid="paged">
    <p class="scene__big">${t("scene.calling_who", { speciality: page.speciality })} <${Countdown} at=${page.created_at} direction="since" /></p>
    <ul class="scene__rings" aria-live="polite">${page.rings.filter((ring) => ring.step === page.step).map((ring) => html`<${Ring} key=${ring.user_id} ring=${ring} />`)}</ul>
    <p>${t("scene.step", { step: page.step, steps: page.steps })} <${Countdown} at=${page.due_at} direction="until" /></p>
  </section>`;
}
