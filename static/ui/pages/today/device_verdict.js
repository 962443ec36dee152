/** What the patient's device check found, in a few words: good news in one, each trouble by itself. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";

/** @typedef {import("../../../core/messages.js").DeviceReport} DeviceReport */
/** @typedef {{icon: string, key: string}} Trouble */

/**
 * @param {DeviceReport} device
 * @returns {Trouble[]}
 */
export function troubles(device) {
  /** @type {Trouble[]} */
  const found = [];
  if (device.camera !== "ok") found.push({ icon: "video-off", key: "today.no_camera" });
  if (device.microphone !== "ok") found.push({ icon: "mic-off", key: "today.no_microphone" });
  if (device.speaker === "failed") found.push({ icon: "volume-x", key: "today.no_speaker" });
  if (device.speaker === "silent") found.push({ icon: "volume-x", key: "today.silent_device" });
  if (device.network === "poor") found.push({ icon: "wifi", key: "today.poor_network" });
  if (device.network === "blocked") found.push({ icon: "wifi-off", key: "today.blocked_network" });
  return found;
}

/** @param {{device: DeviceReport | null}} props */
export function DeviceVerdict({ device }) {
  if (!device) return html`<span><${Icon} name="circle-help" size=${16} />${t("today.not_tested")}</span>`;
  const found = troubles(device);
  if (!found.length) return html`<span><${Icon} name="circle-check" size=${16} />${t("today.devices_fine")}</span>`;
  return html`<span class="devices">${found.map((one) => html`<span class="devices__item devices__item--warn" key=${one.key}><${Icon} name=${one.icon} size=${16} />${t(one.key)}</span>`)}</span>`;
}
