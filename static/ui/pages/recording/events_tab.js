/** Everything that happened, as a list: what the timeline shows, for who does not see it. Each line jumps there. */
import { html, useMemo, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { ACT_KINDS, EVENT_KINDS, eventsOf } from "../../../core/review/events.js";
import { EmptyState } from "../../components/empty_state.js";
import { Icon } from "../../components/icon.js";
import { Select } from "../../components/select.js";
import { Button } from "../../components/button.js";
import { ActDrawing } from "./act_drawing.js";
import { ActStill } from "./act_still.js";
import { ACT_ICONS } from "./act_words.js";
import { Moment } from "./markers_tab.js";
import { eventWords } from "./words.js";
import { useReview } from "./review.js";

const ICONS = { marker: "pin", chat: "message-square", join: "log-in", consent: "user-check", quality: "triangle-alert", gap: "video-off", ...ACT_ICONS };
/** Of what ended rather than began. @type {Record<string, string>} */
const ENDED = { left: "log-out", held: "pause", reconnecting: "wifi-off", not_captured: "user-x" };
const ACTS = new Set(/** @type {string[]} */ (ACT_KINDS));
/** Lines shown at once; a long visit has thousands. */
const PAGE = 200;

/** @param {{event: import("../../../core/review/events.js").ReviewEvent, words: string}} props a way to where it happened, and the picture if it is one */
function Line({ event, words }) {
  const review = useReview();
  const icon = (event.act ? undefined : ENDED[event.what]) ?? ICONS[event.kind];
  return html`<li class="note note--line ${event.act?.still || event.act?.drawing ? "note--act" : ""}" data-testid="event" data-kind=${event.kind}><button type="button" class="note__jump" onClick=${() => review.jump(event.at_ms)}><${Icon} name=${icon} size=${16} /><${Moment} at=${event.at_ms} end=${event.end_ms} /><span class="note__words">${words}</span></button>
    ${event.act?.still && html`<${ActStill} act=${event.act} />`}${event.act?.drawing && html`<${ActDrawing} act=${event.act} />`}</li>`;
}

export function EventsTab() {
  const review = useReview();
  const [kind, setKind] = useState("");
  const [shown, setShown] = useState(PAGE);
  const [timeline, markers] = [review.timeline.value, review.markers.value];
  const all = useMemo(() => eventsOf(timeline, markers).map((event) => ({ event, words: eventWords(review, event) })), [timeline, markers, language()]);
  const events = kind ? all.filter(({ event }) => event.kind === kind) : all;
  const options = [{ value: "", label: t("review.all_events") }, ...EVENT_KINDS.map((value) => ({ value, label: t(`review.kind_${value}`) }))];
  const choose = (/** @type {string} */ value) => {
    setKind(value);
    setShown(PAGE);
  };
  return html`<div class="review-side__form"><${Select} label=${t("review.show_events")} value=${kind} options=${options} onChange=${choose} testid="event-kind" /></div>
    <p class="visually-hidden" role="status">${t("review.event_count", { count: events.length })}</p>
    ${events.length ? html`<ol class="notes" aria-label=${t("review.tab_events")}>${events.slice(0, shown).map(({ event, words }) => html`<${Line} key=${event.key} event=${event} words=${words} />`)}</ol>
      ${events.length > shown && html`<div class="notes-head"><${Button} label=${t("review.more_events")} onClick=${() => setShown(shown + PAGE)} /></div>`}`
    : html`<${EmptyState} icon="list-todo" level=${2} title=${t("review.no_events")}>${t("review.no_events_more")}</${EmptyState}>`}
    ${timeline.acts_outside > 0 && (!kind || ACTS.has(kind)) && html`<p class="muted small review-side__hint" data-testid="acts-outside"><${Icon} name="info" size=${14} /> ${t("review.acts_outside", { count: timeline.acts_outside })}</p>`}`;
}
