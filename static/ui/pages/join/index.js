/** The join page: shows the view the visit is in, and becomes the call without a reload. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { lazy } from "../../components/lazy.js";
import { Skeleton } from "../../components/skeleton.js";
import { troubleOfThisBrowser } from "./browser_trouble.js";
import { DeviceCheck } from "./device_check.js";
import { JoinMedia } from "./media.js";
import { usePageLife } from "./page_life.js";
import { Visit } from "./visit.js";
import { OfflineBar, VisitView } from "./visit_view.js";

const visit = new Visit();
const media = new JoinMedia();
const TooEarly = lazy(async () => (await import("./too_early.js")).TooEarly);
const OpenInBrowser = lazy(async () => (await import("./open_in_browser.js")).OpenInBrowser);

/** The link's page before anything is known. */
function Opening() {
  return html`<div class="page check" aria-busy="true"><div class="page__head"><h1>${t("opening.title")}</h1><p class="page__lead" role="status">${t("opening.text")}</p></div>
    <div class="check__grid"><${Skeleton} height="260px" /><div class="check__side"><${Skeleton} height="64px" /><${Skeleton} height="180px" /></div></div></div>`;
}

/** @param {{awake: boolean}} props */
function CurrentView({ awake }) {
  const view = visit.view.value;
  if (view.name === "check") return html`<${DeviceCheck} visit=${visit} media=${media} />`;
  if (view.name === "early") return html`<${TooEarly} seconds=${view.seconds} />`;
  return html`<${VisitView} visit=${visit} media=${media} awake=${awake} fallback=${html`<${Opening} />`} />`;
}

export function Join() {
  const [trouble, setTrouble] = useState(troubleOfThisBrowser);
  const awake = usePageLife(visit, media);
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
