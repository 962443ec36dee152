/** /check: does a video call get through from here? Each way in a line, what it means in plain words, and a summary to hand on. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { Devices } from "../../../core/devices.js";
import { t } from "../../../core/i18n.js";
import { relayTransport, verdictOf } from "../../../core/ways.js";
import { clinicOfPage } from "../../clinic.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { telephoneUri } from "../../components/telephone.js";
import { toast } from "../../components/toast.js";
import { copyText } from "../../copy_text.js";
import { useViewFocus } from "../../view_focus.js";
import { CheckLine } from "../join/check_line.js";
import { useRun } from "./run.js";
import { summaryOf } from "./summary.js";

/** @typedef {import("../join/check_line.js").LineKind} LineKind */
/** @typedef {import("../../../core/ways.js").WayState} WayState */

/** @type {Record<WayState, LineKind>} */
const KINDS = { works: "ok", blocked: "warn", absent: "open", unclear: "open" };
/** @type {Record<string, "ok" | "info" | "warn">} */
const BANNERS = { good: "ok", slow: "info", relay: "info", socket: "warn", blocked: "warn", untested: "info" };
/** Verdict of a device -> its words. @type {Record<string, string>} */
const DEVICE_WORDS = { ok: "check.works", none: "check.not_found", refused: "check.not_allowed", failed: "check.in_use", untested: "check.not_yet" };

/** @param {{icon: string, name: string, state: WayState | undefined, rttMs?: number | null | undefined, testid: string}} props */
function WayLine({ icon, name, state, rttMs, testid }) {
  if (!state) return html`<${CheckLine} icon=${icon} name=${name} kind="open" state=${t("check.testing")} testid=${testid} />`;
  const words = rttMs ? `${t(`ways.${state}`)} · ${t("ways.milliseconds", { ms: rttMs })}` : t(`ways.${state}`);
  return html`<${CheckLine} icon=${icon} name=${name} kind=${KINDS[state]} state=${words} testid=${testid} />`;
}

/** @param {{device: "camera" | "microphone", words: string, kind: LineKind}} props */
function DeviceLine({ device, words, kind }) {
  return html`<${CheckLine} icon=${device === "camera" ? "video" : "mic"} name=${t(`check.${device}`)} kind=${kind} state=${words} testid=${`ways-${device}`} />`;
}

/** Camera and microphone, for who wants: opened once and closed at once. */
function useDevices() {
  const [verdicts, setVerdicts] = useState(/** @type {Devices["verdicts"] | null} */ (null));
  const [asking, setAsking] = useState(false);
  const ask = async () => {
    const devices = new Devices();
    setAsking(true);
    setVerdicts({ ...(await devices.open()) });
    setAsking(false);
    devices.stop("camera");
    devices.stop("microphone");
  };
  return { verdicts, asking, ask };
}

/** @param {{devices: ReturnType<typeof useDevices>}} props */
function DeviceCard({ devices }) {
  const { verdicts, asking, ask } = devices;
  const kind = (/** @type {string} */ verdict) => /** @type {LineKind} */ (verdict === "ok" ? "ok" : "warn");
  return html`<section class="card" aria-labelledby="devices-title"><div class="card--padded ways-summary">
    <h2 id="devices-title">${t("ways.devices")}</h2><p class="muted">${t("ways.devices_text")}</p>
    <${Button} icon="video" label=${t("ways.devices_test")} busy=${asking} onClick=${() => void ask()} testid="ways-devices" /></div>
    ${verdicts && html`<ul class="check-list">${/** @type {const} */ (["camera", "microphone"]).map((one) => html`<${DeviceLine} key=${one} device=${one} words=${t(DEVICE_WORDS[verdicts[one]] ?? "check.not_yet")} kind=${kind(verdicts[one])} />`)}</ul>`}
  </section>`;
}

/** @param {{text: string}} props */
function Summary({ text }) {
  const copy = async () => toast(t((await copyText(text)) ? "ways.copied" : "link.copy_failed"));
  return html`<section class="card card--padded ways-summary" aria-labelledby="summary-title">
    <h2 id="summary-title">${t("ways.summary")}</h2><p class="muted">${t("ways.summary_text")}</p>
    <pre class="ways-summary__text" tabindex="0" aria-labelledby="summary-title" data-testid="ways-summary">${text}</pre>
    <${Button} icon="copy" label=${t("ways.copy")} onClick=${() => void copy()} testid="ways-copy" />
  </section>`;
}

/** @param {{verdict: string}} props */
function Outcome({ verdict }) {
  const { phone } = clinicOfPage();
  return html`<${Banner} kind=${BANNERS[verdict] ?? "info"} testid="ways-verdict"><strong>${t(`ways.verdict_${verdict}`)}</strong> ${t(`ways.advice_${verdict}`)}
    ${verdict === "blocked" && phone && html` <span class="nowrap">${t("phone.clinic")} <a href=${telephoneUri(phone)}>${phone}</a></span>`}</${Banner}>`;
}

export function Check() {
  const heading = useViewFocus(t("ways.title"), { focus: false });
  const { found, done, again } = useRun();
  const devices = useDevices();
  const whole = done && found.socket && found.udp && found.tcp && found.relay ? /** @type {import("../../../core/ways.js").Findings} */ (found) : null;
  const verdict = whole ? verdictOf(whole) : "untested";
  const words = devices.verdicts && { camera: t(DEVICE_WORDS[devices.verdicts.camera] ?? "check.not_yet"), microphone: t(DEVICE_WORDS[devices.verdicts.microphone] ?? "check.not_yet") };
  useEffect(() => {
    const online = () => again();
    addEventListener("online", online);
    return () => removeEventListener("online", online);
  }, [again]);
  return html`<div class="page page--narrow">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("ways.title")}</h1><p class="page__lead">${t("ways.lead")}</p></div>
    <div aria-live="polite">${whole && html`<${Outcome} verdict=${verdict} />`}</div>
    <ul class="card check-list" aria-label=${t("ways.list")} aria-busy=${!done}>
      <${WayLine} icon="lock" name=${t("ways.page")} state=${found.rttMs === undefined ? undefined : found.rttMs === null ? "blocked" : "works"} rttMs=${found.rttMs} testid="ways-page" />
      <${WayLine} icon="message-square" name=${t("ways.socket")} state=${found.socket} testid="ways-socket" />
      <${WayLine} icon="video" name=${t("ways.udp")} state=${found.udp?.state} rttMs=${found.udp?.rttMs} testid="ways-udp" />
      <${WayLine} icon="video" name=${t("ways.tcp")} state=${found.tcp?.state} rttMs=${found.tcp?.rttMs} testid="ways-tcp" />
      ${found.relay?.map((way) => html`<${WayLine} key=${way.url} icon="globe" name=${t("ways.relay_by", { way: relayTransport(way.url) })} state=${way.state} testid=${`ways-relay-${relayTransport(way.url).toLowerCase()}`} />`)}
    </ul>
    ${done && html`<div><${Button} icon="refresh-cw" label=${t("check.test_again")} onClick=${again} testid="ways-again" /></div>`}
    <${DeviceCard} devices=${devices} />
    ${whole && html`<${Summary} text=${summaryOf(whole, verdict, words)} />`}
  </div>`;
}
