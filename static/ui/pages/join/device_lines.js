/** Camera, microphone, speaker and connection, each a line of the device check. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { playSound } from "../../../core/sounds.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/select.js";
import { CheckLine } from "./check_line.js";
import { MicrophoneMeter } from "./microphone_meter.js";

/** @typedef {import("./media.js").JoinMedia} JoinMedia */
/** @typedef {import("../../../core/messages.js").DeviceReport} DeviceReport */
/** @typedef {import("./check_line.js").LineKind} LineKind */

/** @type {Record<string, {kind: LineKind, key: string}>} */
const STATES = {
  ok: { kind: "ok", key: "check.works" },
  none: { kind: "warn", key: "check.not_found" },
  refused: { kind: "warn", key: "check.not_allowed" },
  failed: { kind: "warn", key: "check.in_use" },
  untested: { kind: "open", key: "check.not_yet" },
};

/** @param {{media: JoinMedia, kind: "camera" | "microphone"}} props choosing another device: shown when there is a choice */
function DeviceChoice({ media, kind }) {
  const entries = media.list.value[kind];
  if (entries.length < 2 || !media[kind].value) return null;
  const options = entries.map((one, index) => ({ value: one.id, label: one.label || t("check.device_number", { number: index + 1 }) }));
  return html`<${Select} label=${t(`check.choose_${kind}`)} hideLabel=${true} value=${media.devices.currentId(kind)} options=${options}
    onChange=${(/** @type {string} */ id) => void media.devices.choose(kind, id)} />`;
}

/** @param {{media: JoinMedia, kind: "camera" | "microphone", verdict: string}} props */
function Fix({ media, kind, verdict }) {
  return html`<p>${t(`check.fix_${kind}_${verdict}`)}</p>
    <${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void media.devices.start(kind)} />`;
}

/** @param {{media: JoinMedia}} props */
export function CameraLine({ media }) {
  const verdict = media.verdicts.value.camera;
  const { kind, key } = STATES[verdict] ?? { kind: "open", key: "check.not_yet" };
  const choice = media.camera.value && media.list.value.camera.length > 1;
  return html`<${CheckLine} icon="video" name=${t("check.camera")} kind=${kind} state=${t(key)} testid="check-camera">
    ${kind === "warn" && html`<${Fix} media=${media} kind="camera" verdict=${verdict} />`}
    ${choice && html`<${DeviceChoice} media=${media} kind="camera" />`}
  </${CheckLine}>`;
}

/** @param {{media: JoinMedia}} props */
export function MicrophoneLine({ media }) {
  const [heard, setHeard] = useState(/** @type {MediaStreamTrack | null} */ (null));
  const track = media.microphone.value;
  const verdict = media.verdicts.value.microphone;
  const { kind, key } = STATES[verdict] ?? { kind: "open", key: "check.not_yet" };
  const listening = track && heard !== track;
  return html`<${CheckLine} icon="mic" name=${t("check.microphone")} kind=${listening ? "open" : kind} state=${t(listening ? "check.say_something" : track ? "check.heard" : key)} testid="check-microphone">
    ${track && html`<${MicrophoneMeter} track=${track} onHeard=${() => setHeard(track)} />`}
    ${track && html`<${DeviceChoice} media=${media} kind="microphone" />`}
    ${!track && kind === "warn" && html`<${Fix} media=${media} kind="microphone" verdict=${verdict} />`}
  </${CheckLine}>`;
}

/**
 * @param {{verdict: DeviceReport["speaker"], onVerdict: (verdict: DeviceReport["speaker"]) => void}} props
 */
export function SpeakerLine({ verdict, onVerdict }) {
  const [played, setPlayed] = useState(false);
  const play = () => {
    playSound("test");
    setPlayed(true);
  };
  const kind = verdict === "ok" ? "ok" : verdict === "failed" ? "warn" : "open";
  const silent = verdict === "silent";
  const state = t(silent ? "check.silent" : verdict === "ok" ? "check.works" : verdict === "failed" ? "check.not_heard" : "check.not_yet");
  const asking = played && verdict === "untested";
  return html`<${CheckLine} icon="volume-2" name=${t("check.speaker")} kind=${kind} state=${state} testid="check-speaker">
    ${verdict === "failed" && html`<p>${t("check.fix_speaker")}</p>`}
    ${asking && html`<p>${t("check.did_you_hear")}</p>`}
    ${asking && html`<${Button} icon="check" label=${t("check.yes_heard")} onClick=${() => onVerdict("ok")} /><${Button} icon="x" label=${t("check.no_not_heard")} onClick=${() => onVerdict("failed")} />`}
    ${verdict !== "ok" && !silent && html`<${Button} kind=${played ? "plain" : "quiet"} icon="play" label=${t(played ? "check.play_again" : "check.play_sound")} onClick=${play} />`}
    ${verdict === "failed" && html`<${Button} kind="plain" label=${t("check.now_heard")} onClick=${() => onVerdict("ok")} />`}
    ${!asking && html`<${Button} kind="plain" label=${t(silent ? "check.allow_tones" : "check.stay_silent")} onClick=${() => onVerdict(silent ? "untested" : "silent")} testid="stay-silent" />`}
  </${CheckLine}>`;
}

/** @type {Record<string, {kind: LineKind, key: string, fix?: string}>} */
const NETWORK = {
  testing: { kind: "open", key: "check.testing" },
  good: { kind: "ok", key: "check.network_good" },
  poor: { kind: "warn", key: "check.network_poor", fix: "check.fix_network_poor" },
  blocked: { kind: "warn", key: "check.network_blocked", fix: "check.fix_network_blocked" },
  untested: { kind: "warn", key: "check.network_untested", fix: "check.fix_network_untested" },
};

/** @param {{network: string, onAgain: () => void}} props */
export function NetworkLine({ network, onAgain }) {
  const { kind, key, fix } = NETWORK[network] ?? { kind: "open", key: "check.testing" };
  return html`<${CheckLine} icon="wifi" name=${t("check.network")} kind=${kind} state=${t(key)} testid="check-network">
    ${fix && html`<p>${t(fix)} <a href="/check" target="_blank" rel="noopener">${t("ways.link")}</a></p><${Button} icon="refresh-cw" label=${t("check.test_again")} onClick=${onAgain} />`}
  </${CheckLine}>`;
}
