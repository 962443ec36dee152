/** The ways that always work: the number, and being called back. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Button } from "../../components/button.js";
import { telephoneUri } from "../../components/telephone.js";

/** Somebody whose phone call broke off, or who has no credit. @param {{caller: import("./caller.js").Caller}} props */
function CallMe({ caller }) {
  const [state, setState] = useState(/** @type {"" | "sending" | "sent" | "failed"} */ (caller.state.value?.incident?.call_back != null ? "sent" : ""));
  const ask = async () => {
    setState("sending");
    setState(await caller.callMe());
  };
  if (state === "sent") return html`<p role="status" data-testid="call-me-sent">${t("caller.call_me_sent")}</p>`;
  return html`${state === "failed" && html`<p role="alert">${t("caller.not_sent")}</p>`}
    <${Button} large=${true} wide=${true} icon="phone" label=${t("caller.call_me")} busy=${state === "sending"} onClick=${() => void ask()} testid="call-me" />`;
}

/** @param {{caller?: import("./caller.js").Caller}} props with `caller` also "Call me back" */
export function CallBack({ caller }) {
  const { phone, emergency } = clinicOfPage();
  const number = phone || emergency;
  return html`<${Button} large=${true} wide=${true} icon="phone" label=${t("caller.call_back", { number })} href=${telephoneUri(number)} testid="call-back" />
    ${caller && html`<${CallMe} caller=${caller} />`}`;
}
