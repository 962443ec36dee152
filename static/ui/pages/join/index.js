/** The join page: shows the view the visit is in, keeps the screen awake while waiting, and becomes the call without a reload. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { watchPage } from "../../../core/page_visibility.js";
import { playSound, silence } from "../../../core/sounds.js";
import { ScreenWakeLock } from "../../../core/wakelock.js";
import { Banner } from "../../components/banner.js";
import { Skeleton } from "../../components/skeleton.js";
import { useOnline } from "../../use_online.js";
import { renewAhead } from "./ahead.js";
import { troubleOfThisBrowser } from "./browser_trouble.js";
import { DeviceCheck } from "./device_check.js";
import { Goodbye } from "./goodbye.js";
import { LinkFault } from "./link_fault.js";
import { JoinMedia } from "./media.js";
import { Elsewhere, MoveDevice } from "./move_device.js";
import { OpenInBrowser } from "./open_in_browser.js";
import { Stage } from "./stage.js";
import { TooEarly } from "./too_early.js";
import { Visit } from "./visit.js";
import { WaitingRoom } from "./waiting_room.js";

const visit = new Visit();
const media = new JoinMedia();
const wakeLock = new ScreenWakeLock();

/** The link's page before anything is known. */
function Opening() {
  return html`<div class="page check" aria-busy="true"><div class="page__head"><h1>${t("opening.title")}</h1><p class="page__lead" role="status">${t("opening.text")}</p></div>
    <div class="check__grid"><${Skeleton} height="260px" /><div class="check__side"><${Skeleton} height="64px" /><${Skeleton} height="180px" /></div></div></div>`;
}

/** @param {{awake: boolean}} props */
function CurrentView({ awake }) {
  const view = visit.view.value;
  switch (view.name) {
    case "check":
      return html`<${DeviceCheck} visit=${visit} media=${media} />`;
    case "waiting":
      return html`<${WaitingRoom} visit=${visit} media=${media} awake=${awake} />`;
    case "call":
      return html`<${Stage} visit=${visit} media=${media} />`;
    case "goodbye":
      return html`<${Goodbye} key=${view.reason} visit=${visit} reason=${view.reason} />`;
    case "fault":
      return html`<${LinkFault} key=${view.code} visit=${visit} code=${view.code} />`;
    case "early":
      return html`<${TooEarly} seconds=${view.seconds} />`;
    case "move":
      return html`<${MoveDevice} key=${view.step} visit=${visit} step=${view.step} />`;
    case "elsewhere":
      return html`<${Elsewhere} visit=${visit} />`;
    default:
      return html`<${Opening} />`;
  }
}

/** Tells the server when the page goes out of sight and comes back, and looks again at network and devices. */
function usePageLife() {
  useEffect(() => {
    const again = () => {
      visit.link?.renew();
      renewAhead();
    };
    const connection = /** @type {{connection?: EventTarget}} */ (navigator).connection;
    return watchPage({
      onVisible: (visible) => {
        if (visible) {
          wakeLock.visible();
          media.devices.revive();
        }
        if (visit.view.value.name === "waiting") void visit.link?.command("visibility", { hidden: !visible }).catch(() => {});
      },
      onNetwork: again,
      onWake: again,
    }, { document, window, connection });
  }, []);
}

/** The screen stays on while waiting and in the call; whether it does is told to the person. */
function useAwake() {
  const [awake, setAwake] = useState(false);
  const name = visit.view.value.name;
  const wanted = name === "waiting" || name === "call";
  useEffect(() => {
    if (!wanted) {
      wakeLock.unwant();
      setAwake(false);
      return;
    }
    void wakeLock.want().then(() => setAwake(wakeLock.state === "held"));
  }, [wanted]);
  return awake;
}

/** The tone that the door has opened, for those who looked away. */
function useAdmittedSound() {
  const before = useRef("");
  const name = visit.view.value.name;
  silence.on = Boolean(visit.call.value?.you.silent);
  useEffect(() => {
    if (before.current === "waiting" && name === "call") playSound("admitted");
    before.current = name;
  }, [name]);
}

export function Join() {
  const [trouble, setTrouble] = useState(troubleOfThisBrowser);
  const online = useOnline();
  usePageLife();
  useAdmittedSound();
  const awake = useAwake();
  useEffect(() => {
    if (trouble) return undefined;
    const open = () => void visit.open();
    open();
    addEventListener("hashchange", open); // Another link tapped while this page is open.
    return () => removeEventListener("hashchange", open);
  }, [trouble]);
  useEffect(() => {
    if (visit.view.value.name === "goodbye") media.stop();
  }, [visit.view.value.name]);
  if (trouble) return html`<${OpenInBrowser} trouble=${trouble} onAnyway=${() => setTrouble(null)} />`;
  return html`${!online && visit.view.value.name !== "call" && html`<div class="offline-bar"><${Banner} kind="warn" icon="wifi-off" testid="offline">${t("join.offline")}</${Banner}></div>`}
    <${CurrentView} awake=${awake} />`;
}
