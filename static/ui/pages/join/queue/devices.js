/** Camera, sound and connection while one waits in line: tried when the person likes, told to staff, and never in the way. */
import { html, useEffect, useState } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { meIn } from "../../../../core/states.js";
import { AskDevices } from "../ask_devices.js";
import { CameraLine, MicrophoneLine, NetworkLine, SpeakerLine } from "../device_lines.js";
import { SelfView } from "../self_view.js";
import { useProbe } from "../use_probe.js";

/** @typedef {import("../visit.js").Visit} Visit */
/** @typedef {import("../media.js").JoinMedia} JoinMedia */
/** @typedef {import("../../../../core/messages.js").DeviceReport} DeviceReport */

/** Whether this browser has the person's lasting yes: then camera and microphone need no question. */
async function allowedForGood() {
  try {
    const names = /** @type {PermissionName[]} */ (/** @type {unknown} */ (["camera", "microphone"]));
    const found = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return found.every((one) => one.state === "granted");
  } catch {
    return false; // Not every browser tells: then the person is asked.
  }
}

/** @param {JoinMedia} media */
function useRemembered(media) {
  useEffect(() => {
    void allowedForGood().then((allowed) => void (allowed && media.step.value === "before" && media.ask()));
  }, []);
}

/** Staff see what was found, anew after each change. @param {Visit} visit @param {JoinMedia} media @param {Pick<DeviceReport, "speaker" | "network" | "rtt_ms">} rest */
function useReport(visit, media, rest) {
  const step = media.step.value;
  const decided = step === "answered" || step === "without";
  const report = { ...media.report(), ...rest };
  useEffect(() => {
    if (decided) void visit.report(report);
  }, [decided, JSON.stringify(report)]);
}

/** @param {{visit: Visit, media: JoinMedia}} props */
export function QueueDevices({ visit, media }) {
  const silent = Boolean(visit.call.value?.you.silent);
  const [speaker, setSpeaker] = useState(/** @type {DeviceReport["speaker"]} */ (silent ? "silent" : "untested"));
  const { verdict, again } = useProbe(visit, visit.seat.value?.sessionId ?? "");
  useRemembered(media);
  useReport(visit, media, { speaker, network: verdict?.network ?? "untested", rtt_ms: verdict?.rtt_ms ?? 0 });
  const before = media.step.value === "before" || media.step.value === "asking";
  return html`<div class="check__side">
    ${before ? html`<${AskDevices} media=${media} onWithout=${() => media.goWithout()} />` : html`<${SelfView} media=${media} name=${meIn(visit.call.value)?.name ?? ""} />`}
    <details class="card line__checks"><summary>${t("line.checks")}</summary>
      <ul class="check-list" aria-label=${t("check.list")}>
        ${!before && html`<${CameraLine} media=${media} /><${MicrophoneLine} media=${media} />`}
        <${SpeakerLine} verdict=${speaker} onVerdict=${setSpeaker} />
        <${NetworkLine} network=${verdict?.network ?? "testing"} onAgain=${again} />
      </ul>
    </details>
  </div>`;
}
