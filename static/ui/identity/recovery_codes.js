/** Recovery codes, shown this once: copy or print them, then say that they are kept. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";

/** @param {{codes: string[], onKept: () => void}} props */
export function RecoveryCodes({ codes, onKept }) {
  const [isKept, setKept] = useState(false);
  const copy = async () => toast(t((await copyText(codes.join("\n"))) ? "identity.copied" : "identity.copy_failed"));
  return html`<div class="codes">
    <p>${t("identity.recovery_text")}</p>
    <ol class="codes__list" data-testid="recovery-codes">${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ol>
    <div class="codes__acts"><${Button} icon="copy" label=${t("identity.copy_codes")} onClick=${copy} /></div>
    <${Banner} kind="warn">${t("identity.recovery_once")}</${Banner}>
    <label class="checks__line"><input type="checkbox" checked=${isKept} onChange=${() => setKept(!isKept)} data-testid="codes-kept" /><span>${t("identity.recovery_kept")}</span></label>
    <${Button} kind="primary" large=${true} wide=${true} disabled=${!isKept} label=${t("identity.go_on")} onClick=${onKept} testid="codes-done" />
  </div>`;
}
