/** Beside the pictures: what was noted, written, what happened, figures, and all about the recording. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Tabs } from "../../components/tabs.js";
import { AboutTab } from "./about_tab.js";
import { ChatTab } from "./chat_tab.js";
import { EventsTab } from "./events_tab.js";
import { FiguresTab } from "./figures_tab.js";
import { MarkersTab } from "./markers_tab.js";
import { useReview } from "./review.js";

/** @type {Record<string, unknown>} */
const PARTS = { markers: MarkersTab, chat: ChatTab, events: EventsTab, figures: FiguresTab, about: AboutTab };

export function Side() {
  const { tab, markers } = useReview();
  const tabs = Object.keys(PARTS).map((id) => ({ id, label: t(`review.tab_${id}`), ...(id === "markers" && { count: markers.value.length }) }));
  const Part = PARTS[tab.value] ?? MarkersTab;
  return html`<section class="review-side card" aria-label=${t("review.side")} data-testid="side"><${Tabs} label=${t("review.side")} tabs=${tabs} selected=${tab.value} onSelect=${(/** @type {string} */ id) => { tab.value = id; }}><${Part} /></${Tabs}></section>`;
}
