/** Signed-in devices, and the ways out. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { deviceName } from "../../device_name.js";
import { problemWords } from "../../problem_words.js";

/** @param {{devices: import("./types.js").Device[], onChange: () => Promise<void>}} props */
export function Devices({ devices, onChange }) {
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState(false);
  const run = async (/** @type {() => Promise<unknown>} */ work) => {
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(problemWords(error));
    }
  };
  const leave = (/** @type {string} */ path) => run(async () => {
    await api.post(path);
    location.replace("/my");
  });
  const end = (/** @type {string} */ id) => run(async () => {
    await api.post(`/home/devices/${id}/end`);
    await onChange();
  });
  return html`<section class="card card--padded home__card" aria-labelledby="devices">
    <h2 id="devices">${t("home.devices")}</h2>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    <ul class="home__list">
      ${devices.map((device) => html`<li key=${device.id} class="home__device">
        <div><p class="home__name">${deviceName(device.device)} ${device.current && html`<${Badge} kind="brand">${t("home.this_device")}</${Badge}>`}</p>
          <p class="muted">${t("home.last_seen")} <${DateTime} at=${device.last_seen_at} /></p></div>
        ${!device.current && html`<${Button} label=${t("home.end_device")} onClick=${() => end(device.id)} attributes=${{ "aria-label": t("home.end_device_named", { name: deviceName(device.device) }) }} />`}
      </li>`)}
    </ul>
    <div class="form__acts">
      <${Button} icon="log-out" label=${t("home.sign_out")} onClick=${() => leave("/home/sign-out")} testid="sign-out" />
      ${devices.length > 1 && html`<${Button} kind="plain" label=${t("home.sign_out_all")} onClick=${() => setAsking(true)} testid="sign-out-all" />`}
    </div>
    <${Dialog} title=${t("home.sign_out_all_title")} open=${asking} onClose=${() => setAsking(false)}
      actions=${html`<${Button} label=${t("common.cancel")} onClick=${() => setAsking(false)} /><${Button} kind="danger" label=${t("home.sign_out_all")} onClick=${() => leave("/home/devices/end")} />`}>
      <p>${t("home.sign_out_all_text")}</p>
    </${Dialog}>
  </section>`;
}
