/** Setting up an authenticator app: scan, type the first code. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { QR } from "../components/qr.js";
import { Skeleton } from "../components/skeleton.js";
import { CodeField } from "./code_field.js";
import { identityWords } from "./words.js";

/** @typedef {{secret: string, uri: string, qr: string[]}} Offer */

/** The secret in groups of four, as one types it. @param {string} secret */
function grouped(secret) {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}

/** @param {{offer: Offer}} props */
function Scan({ offer }) {
  return html`<div class="setup">
    <p>${t("identity.app_scan")}</p>
    <div class="setup__qr"><${QR} rows=${offer.qr} label=${t("identity.app_qr")} testid="totp-qr" /></div>
    <p><a class="setup__open" href=${offer.uri}>${t("identity.app_here")}</a></p>
    <details><summary>${t("identity.app_no_scan")}</summary><p>${t("identity.app_type")}</p><p><code class="setup__secret" data-testid="totp-secret">${grouped(offer.secret)}</code></p></details>
  </div>`;
}

/**
 * @param {{begin: () => Promise<Offer>, confirm: (code: string) => Promise<void>, onCancel?: () => void}} props
 */
export function AppSetup({ begin, confirm, onCancel }) {
  const [offer, setOffer] = useState(/** @type {Offer | null} */ (null));
  const [code, setCode] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    begin().then(setOffer, (error) => setFault(identityWords(error)));
  }, []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (code.length !== 6) return setFault(t("identity.code_missing"));
    setBusy(true);
    setFault("");
    try {
      await confirm(code);
    } catch (error) {
      setFault(identityWords(error));
    }
    return setBusy(false);
  };
  if (!offer) return fault ? html`<${Banner} kind="urgent">${fault}</${Banner}>` : html`<${Skeleton} height="96px" />`;
  return html`<form class="form" onSubmit=${submit} novalidate>
    <${Scan} offer=${offer} />
    <${CodeField} value=${code} onInput=${setCode} error=${fault || undefined} testid="totp-code" />
    <div class="form__acts">
      <${Button} kind="primary" type="submit" busy=${busy} label=${t("identity.app_confirm")} testid="totp-confirm" />
      ${onCancel && html`<${Button} kind="plain" label=${t("identity.cancel")} onClick=${onCancel} />`}
    </div>
  </form>`;
}
