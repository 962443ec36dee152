/** One's place in the line, how long it may take, and what is done so that nobody loses it. */
import { html } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { meIn } from "../../../../core/states.js";
import { duration, useNow } from "../../../components/date_time.js";
import { Icon } from "../../../components/icon.js";
import { telephoneUri } from "../../../components/telephone.js";
import { placeWords, waitWords } from "./wait_words.js";

/** @typedef {import("../visit.js").Visit} Visit */
/** @typedef {import("../../../../core/messages.js").Queue} Queue */

/** @param {{since: string | null}} props */
function Waited({ since }) {
  const now = useNow();
  const lasted = since ? now - new Date(since).getTime() : 0;
  return html`<p class="muted small">${lasted < 60_000 ? t("waiting.just_now") : t("waiting.for", { duration: duration(lasted, "long") })}</p>`;
}

/** @param {{queue: Queue | null}} props read out when it changes, and only then */
function Status({ queue }) {
  const place = queue?.place ?? null;
  return html`<div class="line__status" role="status" data-testid="line-place" data-place=${place ?? ""}>
    <span class="waiting__pulse line__number" aria-hidden="true">${place ?? html`<${Icon} name="door-open" size=${24} />`}</span>
    <div class="line__words"><p class="line__place">${placeWords(queue)}</p>
      ${place !== null && queue && html`<p data-testid="line-wait">${waitWords(queue.expected_wait)}</p>`}</div>
  </div>`;
}

/** @param {{awake: boolean, queue: Queue | null}} props */
function Facts({ awake, queue }) {
  const told = t("line.told");
  const facts = [told, t(awake ? "waiting.screen_on" : "waiting.screen_off"), t("waiting.place_kept"), t("line.come_back"), t("waiting.step_begin_more")];
  return html`<ul class="waiting__facts">${facts.map((fact) => html`<li key=${fact}><${Icon} name="check" /><span>${fact}</span></li>`)}
    ${queue?.phone && html`<li><${Icon} name="phone" /><span>${t("line.questions")} <a class="nowrap" href=${telephoneUri(queue.phone)}>${queue.phone}</a></span></li>`}</ul>`;
}

/** @param {{visit: Visit, awake: boolean}} props */
export function PlaceCard({ visit, awake }) {
  const queue = visit.queue.value;
  const me = meIn(visit.call.value);
  return html`<section class="card waiting__card" aria-label=${t("line.your_place")}>
    <div><${Status} queue=${queue} /><${Waited} since=${me?.since ?? null} /></div><${Facts} awake=${awake} queue=${queue} />
  </section>`;
}
