/** The section that joins one's account with the clinic's sign-in provider and parts them. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { toast } from "../../components/toast.js";
import { cameBack, goToProvider, usePageRestored } from "../../identity/provider.js";
import { identityWords } from "../../identity/words.js";
import { Line, Section } from "./section.js";

/** @typedef {{is_on: boolean, label: string, since: string | null}} ProviderState docs/protocol.md, GET /me/provider */

function useProvider() {
  const [state, setState] = useState(/** @type {ProviderState | null} */ (null));
  const [busy, setBusy] = useState(false);
  const load = () => api.get("/me/provider").then(setState, () => setState(null));
  const run = async (/** @type {() => Promise<unknown>} */ work, /** @type {string} */ done = "") => {
    setBusy(true);
    try {
      await work();
      if (done) toast(done);
    } catch (error) {
      toast(identityWords(error));
    }
    setBusy(false);
    await load();
  };
  useEffect(() => {
    if (cameBack()) void run(() => api.post("/me/provider/finish"), t("identity.provider_joined"));
    else void load();
  }, []);
  usePageRestored(() => setBusy(false));
  return { state, busy, run };
}

/** Shows nothing where the clinic has no provider. */
export function ProviderSection() {
  const { state, busy, run } = useProvider();
  if (!state?.is_on) return null;
  const part = () => void run(() => api.post("/me/provider/remove"), t("identity.provider_parted"));
  const join = () => void run(() => goToProvider("/me/provider"));
  return html`<${Section} title=${t("identity.provider")} testid="section-provider">
    <p class="muted">${t("identity.provider_text")}</p>
    ${state.since
      ? html`<${Line} title=${state.label || t("identity.provider_clinic")} meta=${html`${t("identity.provider_since")} <${DateTime} at=${state.since} />`}
          end=${html`<${Button} kind="plain" label=${t("identity.provider_part")} busy=${busy} onClick=${part} testid="provider-part" />`} />`
      : html`<div><${Button} icon="link" label=${t("identity.provider_join")} busy=${busy} onClick=${join} testid="provider-join" /></div>`}
  </${Section}>`;
}
