/** The caller's page: draws the view and the step the caller is in, keeps the screen on, and follows page and network. */
import { html, useEffect, useLayoutEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { watchPage } from "../../../core/page_visibility.js";
import { ScreenWakeLock } from "../../../core/wakelock.js";
import { Caller } from "./caller.js";
import { CameraStep } from "./camera_step.js";
import { Live } from "./live.js";
import { Elsewhere, Fault, Goodbye, Move } from "./over.js";
import { Silent } from "./silent.js";
import { Start } from "./start.js";
import { WhereStep } from "./where_step.js";

const caller = new Caller();
const wakeLock = new ScreenWakeLock();

/** What an open link shows. */
function Step() {
  if (caller.silent.value && caller.begun.value) return html`<${Silent} caller=${caller} />`;
  const step = caller.step.value;
  if (step === "start") return html`<${Start} caller=${caller} />`;
  if (step === "where") return html`<${WhereStep} caller=${caller} />`;
  return step === "camera" ? html`<${CameraStep} caller=${caller} />` : html`<${Live} caller=${caller} />`;
}

function CurrentView() {
  const view = caller.view.value;
  switch (view.name) {
    case "open":
      return html`<${Step} />`;
    case "fault":
      return html`<${Fault} key=${view.code} caller=${caller} code=${view.code} />`;
    case "move":
      return html`<${Move} key=${view.step} caller=${caller} step=${view.step} />`;
    case "elsewhere":
      return html`<${Elsewhere} caller=${caller} />`;
    case "goodbye":
      return html`<${Goodbye} key=${view.reason} caller=${caller} reason=${view.reason} />`;
    default:
      return html`<div class="caller-page" aria-busy="true"><h1>${t("caller.opening")}</h1></div>`;
  }
}

/** Looks again at network and camera when the page or the machine comes back. */
function usePageLife() {
  useEffect(() => {
    const open = () => void caller.open();
    open();
    addEventListener("hashchange", open); // Another link tapped while this page is open.
    const connection = /** @type {{connection?: EventTarget}} */ (navigator).connection;
    const onVisible = (/** @type {boolean} */ visible) => {
      void caller.session.value?.command("visibility", { hidden: !visible }).catch(() => {});
      if (!visible) return;
      wakeLock.visible();
      void caller.camera.devices.revive();
    };
    const again = () => caller.networkChanged();
    const stop = watchPage({ onVisible, onNetwork: again, onWake: again }, { document, window, connection });
    return () => {
      removeEventListener("hashchange", open);
      stop();
    };
  }, []);
}

/** The screen stays on while somebody is being helped; not in silent mode, where a dark phone is a safe one. */
function useAwake() {
  const wanted = caller.view.value.name === "open" && caller.begun.value && !caller.silent.value;
  useEffect(() => {
    if (wanted) void wakeLock.want();
    else wakeLock.unwant();
  }, [wanted]);
}

/** Hardly any light, before the first picture of the page already; in silent mode nothing beside the step says whose page this is. */
function useLight() {
  const { dim: { value: dim }, silent: { value: silent } } = caller;
  const hidden = silent && caller.view.value.name === "open";
  useLayoutEffect(() => {
    document.body.classList.toggle("is-dim", dim);
    document.body.classList.toggle("is-silent", hidden);
  }, [dim, hidden]);
}

export function CallerPage() {
  useLight();
  usePageLife();
  useAwake();
  return html`<${CurrentView} />`;
}
