/** First step: the telephone number or e-mail address the clinic knows. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { useViewFocus } from "../../view_focus.js";
import { PasskeyDoor } from "./passkey_door.js";

/** @param {{steps: import("./flow.js").Steps, isFirst: boolean}} props */
export function ContactStep({ steps, isFirst }) {
  const heading = useViewFocus(t("my.title"), { focus: !isFirst });
  const [contact, setContact] = useState("");
  const [missing, setMissing] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const onSubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (steps.busy) return;
    const typed = contact.trim();
    setMissing(typed.length < 3);
    if (typed.length >= 3) await steps.ask(typed);
    input.current?.focus();
  };
  return html`<form class="form" onSubmit=${onSubmit} novalidate>
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("my.title")}</h1><p class="page__lead">${t("my.lead")}</p></div>
    <${Field} label=${t("my.contact")} hint=${t("my.contact_hint")} name="username" autocomplete="username" maxlength=${254} testid="contact" inputRef=${input}
      value=${contact} onInput=${setContact} error=${missing ? t("my.contact_missing") : steps.problem || undefined}
      attributes=${{ autocapitalize: "off", spellcheck: false, inputmode: "email" }} />
    <${Button} kind="primary" type="submit" large=${true} wide=${true} busy=${steps.busy} label=${t("my.send_code")} testid="send-code" />
    <${PasskeyDoor} disabled=${steps.busy} />
    ${clinicOfPage().demo && html`<${Banner} kind="info">${t("my.demo_hint")}</${Banner}>`}
  </form>`;
}
