/** This browser will likely get no camera: open the link in the phone's own browser. The link stays at hand. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { copyText } from "../../copy_text.js";
import { Notice } from "./notice.js";

/** @param {{trouble: "in_app" | "old", onAnyway: () => void}} props */
export function OpenInBrowser({ trouble, onAnyway }) {
  const copy = async () => toast(t((await copyText(location.href)) ? "link.copied" : "link.copy_failed"));
  const actions = html`
    <${Button} kind="primary" large=${true} wide=${true} icon="copy" label=${t("link.copy")} onClick=${copy} />
    <${Button} kind="plain" wide=${true} label=${t("browser.anyway")} onClick=${onAnyway} />`;
  return html`<${Notice} icon="external-link" title=${t(`browser.${trouble}_title`)} text=${t(`browser.${trouble}_text`)} actions=${actions} testid="open-in-browser">
    <div class="notice-page__link"><${Field} label=${t("browser.your_link")} value=${location.href} onInput=${() => {}} readonly=${true} /></div>
  </${Notice}>`;
}
