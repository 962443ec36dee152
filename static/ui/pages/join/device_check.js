/** The device check: one page, nothing blocks. No camera: sound; no microphone either: text. One press leads to the waiting room. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { asksFirst } from "../../../core/states.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { ConsentQuestion, ConsentStep } from "../../call/recording_parts.js";
import { NeedsStep } from "../../call/text_parts.js";
import { clinicOfPage } from "../../clinic.js";
import { problemWords } from "../../problem_words.js";
import { toast } from "../../components/toast.js";
import { useViewFocus } from "../../view_focus.js";
import { AskDevices } from "./ask_devices.js";
import { CameraLine, MicrophoneLine, NetworkLine, SpeakerLine } from "./device_lines.js";
import { Preview } from "./preview.js";
import { useProbe } from "./use_probe.js";

/** @typedef {import("./media.js").JoinMedia} JoinMedia */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("./probe.js").ProbeVerdict} ProbeVerdict */

const MAX_NAME = 80;

/** @param {JoinMedia} media @returns {string} why there is no picture */
function emptyReason(media) {
  if (media.step.value === "without") return t("check.without_picture");
  const verdict = media.verdicts.value.camera;
  return verdict === "ok" || verdict === "untested" ? t("check.camera_off") : t(`check.empty_${verdict}`);
}

/** @param {{media: JoinMedia, name: string, onWithout: () => void}} props */
function Picture({ media, name, onWithout }) {
  const before = media.step.value === "before" || media.step.value === "asking";
  return before ? html`<${AskDevices} media=${media} onWithout=${onWithout} />` : html`<${Preview} track=${media.camera.value} name=${name} reason=${emptyReason(media)} />`;
}

/** @param {JoinMedia} media @returns {string} the next step, saying how the person will take part */
function continueLabel(media) {
  if (media.step.value === "before" || media.step.value === "asking") return t("check.continue");
  if (media.camera.value) return t("check.continue");
  return media.microphone.value ? t("check.continue_sound") : t("check.continue_text");
}

/** @typedef {{name: string, report: (probe: ProbeVerdict | null) => import("../../../core/messages.js").DeviceReport, probe: ProbeVerdict | null, running: Promise<ProbeVerdict> | null}} Findings */

/**
 * @param {Visit} visit
 * @param {JoinMedia} media
 */
function useContinue(visit, media) {
  const [busy, setBusy] = useState(false);
  const proceed = async (/** @type {Findings} */ { name, report, probe, running }) => {
    setBusy(true);
    try {
      if (media.step.value === "before") await media.ask();
      await visit.enterWaiting(name.trim(), report(probe));
      // Somebody quick does not wait for the network test; staff get its verdict when it is there.
      if (!probe) void running?.then((found) => visit.report(report(found)));
    } catch (error) {
      toast(problemWords(error));
      setBusy(false);
    }
  };
  return { busy, proceed };
}

/** @param {{visit: Visit}} props who invites */
function Invitation({ visit }) {
  const names = visit.clinicians.value;
  const clinic = clinicOfPage().name;
  const text = names.length ? t("check.invited_by", { name: new Intl.ListFormat(document.documentElement.lang).format(names) }) : t("check.invited_by_clinic", { clinic });
  return html`<p class="page__lead">${text} ${t("check.what_happens")}</p>`;
}

/** @param {{visit: Visit, media: JoinMedia, busy: boolean, onContinue: () => void}} props the one next step */
function NextStep({ visit, media, busy, onContinue }) {
  const step = html`<div class="next-step">
    <${Button} kind="primary" large=${true} wide=${true} label=${continueLabel(media)} busy=${busy} onClick=${onContinue} testid="join-continue" />
    ${media.step.value === "before" && html`<p class="next-step__hint">${t("check.browser_will_ask")}</p>`}
  </div>`;
  return asksFirst(visit.call.value) ? html`<${ConsentStep} visit=${visit} busy=${busy} onContinue=${onContinue} fallback=${step} />` : step;
}

/** @param {{visit: Visit, media: JoinMedia}} props */
export function DeviceCheck({ visit, media }) {
  const seat = visit.seat.value;
  const heading = useViewFocus(t("check.title"), { focus: false });
  const [name, setName] = useState(seat?.name ?? "");
  const [speaker, setSpeaker] = useState(/** @type {import("../../../core/messages.js").DeviceReport["speaker"]} */ (visit.call.value?.you.silent ? "silent" : "untested"));
  const { verdict, running, again } = useProbe(visit, seat?.sessionId ?? "");
  const { busy, proceed } = useContinue(visit, media);
  useEffect(() => void media.restore(), []);
  const report = (/** @type {ProbeVerdict | null} */ probe) => ({ ...media.report(), speaker, network: probe?.network ?? "untested", rtt_ms: probe?.rtt_ms ?? 0 });
  // Lost on the way, the name goes with the next step again.
  const keepName = () => void visit.rename(name.trim()).catch(() => {});
  const next = () => void proceed({ name, report, probe: verdict, running: running.current });
  const without = () => {
    media.goWithout();
    next();
  };
  return html`<div class="page check">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("check.title")}</h1><${Invitation} visit=${visit} /></div>
    ${asksFirst(visit.call.value) && html`<${ConsentQuestion} visit=${visit} />`}
    <div class="check__grid">
      <div class="check__side">
        <${Picture} media=${media} name=${name} onWithout=${without} />
        <${Field} label=${t("check.name")} value=${name} onInput=${setName} autocomplete="name" maxlength=${MAX_NAME} testid="join-name" attributes=${{ enterkeyhint: "done", onBlur: keepName }} />
      </div>
      <div class="check__side"><ul class="card check-list" aria-label=${t("check.list")}>
        <${CameraLine} media=${media} />
        <${MicrophoneLine} media=${media} />
        <${SpeakerLine} verdict=${speaker} onVerdict=${setSpeaker} />
        <${NetworkLine} network=${verdict?.network ?? "testing"} onAgain=${again} />
      </ul><${NeedsStep} visit=${visit} fallback=${html`<div class="card needs-step"></div>`} /></div>
    </div>
    <${NextStep} visit=${visit} media=${media} busy=${busy} onContinue=${next} />
  </div>`;
}
