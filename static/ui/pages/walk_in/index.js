/** The walk-in page: from a queue's link through one form into its waiting room, and into the call without a reload. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { lazy } from "../../components/lazy.js";
import { Skeleton } from "../../components/skeleton.js";
import { troubleOfThisBrowser } from "../join/browser_trouble.js";
import { JoinMedia } from "../join/media.js";
import { usePageLife } from "../join/page_life.js";
import { OfflineBar, VisitView } from "../join/visit_view.js";
import { WalkInForm } from "./form.js";
import { Shut } from "./shut.js";
import { WalkIn } from "./walk_in.js";
import { WrongLink } from "./wrong_link.js";

const visit = new WalkIn();
const media = new JoinMedia();
const OpenInBrowser = lazy(async () => (await import("../join/open_in_browser.js")).OpenInBrowser);

function Opening() {
  return html`<div class="page page--narrow" aria-busy="true"><div class="page__head"><h1>${t("walk.opening_title")}</h1><p class="page__lead" role="status">${t("walk.opening")}</p></div>
    <${Skeleton} height="64px" /><${Skeleton} height="64px" /><${Skeleton} height="180px" /></div>`;
}

/** @param {{awake: boolean}} props */
function CurrentView({ awake }) {
  const door = visit.door.value;
  const place = visit.place.value;
  if (place === "inside") return html`<${VisitView} visit=${visit} media=${media} awake=${awake} fallback=${html`<${Opening} />`} />`;
  if (place === "fault") return html`<${WrongLink} key=${visit.fault.value} visit=${visit} code=${visit.fault.value} />`;
  if (!door || place === "opening") return html`<${Opening} />`;
  return place === "form" ? html`<${WalkInForm} visit=${visit} media=${media} door=${door} />` : html`<${Shut} visit=${visit} door=${door} />`;
}

/** Loaded while the person fills in the form, so that the line is there at once. */
function useRoomAhead() {
  useEffect(() => void import("../join/queue/room.js").catch(() => {}), []);
}

export function WalkInPage() {
  const [trouble, setTrouble] = useState(troubleOfThisBrowser);
  const awake = usePageLife(visit, media);
  useRoomAhead();
  useEffect(() => {
    if (trouble) return undefined;
    const open = () => void visit.open();
    open();
    addEventListener("hashchange", open); // Another link tapped while this page is open.
    return () => removeEventListener("hashchange", open);
  }, [trouble]);
  if (trouble) return html`<${OpenInBrowser} trouble=${trouble} onAnyway=${() => setTrouble(null)} />`;
  return html`<${OfflineBar} hidden=${visit.view.value.name === "call"} /><${CurrentView} awake=${awake} />`;
}
