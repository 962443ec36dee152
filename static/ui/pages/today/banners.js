/** States of the whole Today page: not connected, and whether one would hear an arrival. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { useOnline } from "../../use_online.js";

/** Milliseconds a lost connection may take to come back before it is worth a word. */
const PATIENCE = 2000;

/** @param {{connection: import("../../../core/signal.js").SignalState}} props */
export function ConnectionBanner({ connection }) {
  const online = useOnline();
  const [late, setLate] = useState(false);
  const connected = connection === "online";
  useEffect(() => {
    setLate(false);
    if (connected) return undefined;
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [connected]);
  if (!online) return html`<${Banner} kind="warn" icon="wifi-off" testid="offline">${t("today.offline")}</${Banner}>`;
  if (connection === "replaced" || connection === "ended") {
    return html`<${Banner} kind="warn" icon="unplug" action=${html`<${Button} icon="refresh-cw" label=${t("common.reload")} onClick=${() => location.reload()} />`}>${t("today.stopped")}</${Banner}>`;
  }
  if (!connected && late) return html`<${Banner} kind="warn" icon="unplug" testid="reconnecting">${t("today.reconnecting")}</${Banner}>`;
  return null;
}

/** @param {{draining: boolean}} props */
export function DrainingBanner({ draining }) {
  if (!draining) return null;
  return html`<${Banner} kind="warn" icon="refresh-cw" testid="draining">${t("today.draining")}</${Banner}>`;
}

/** @param {{full: boolean}} props */
export function FullBanner({ full }) {
  if (!full) return null;
  return html`<${Banner} kind="warn" icon="circle-alert" testid="server-full">${t("today.full")}</${Banner}>`;
}

/** @param {{alerts: import("./alerts.js").Alerts}} props */
export function AlertsBanner({ alerts }) {
  if (alerts.on.value && alerts.blocked.value) {
    return html`<${Banner} kind="info" icon="volume-x" action=${html`<${Button} icon="volume-2" label=${t("alerts.unlock")} onClick=${alerts.unlock} />`}>${t("alerts.blocked")}</${Banner}>`;
  }
  if (alerts.asked.value) return null;
  const actions = html`<${Button} icon="bell" label=${t("alerts.turn_on")} onClick=${alerts.toggle} testid="alerts-on" /><${Button} kind="plain" label=${t("alerts.not_now")} onClick=${alerts.decline} />`;
  return html`<${Banner} kind="info" icon="bell" action=${actions}>${t("alerts.offer")}</${Banner}>`;
}
