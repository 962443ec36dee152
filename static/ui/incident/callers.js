/** The callers of an incident, each with what became of its message, what its device tells, its place, and its link. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { QR } from "../components/qr.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";
import { revokeLink, showCode } from "./commands.js";
import { DeliveryLine, refusalWords } from "./delivery_line.js";
import { FactsView } from "./facts_view.js";
import { keepLink, madeLinks } from "./made_links.js";
import { isOver } from "./words.js";

/** @typedef {import("../../core/messages.js").Incident} Incident */
/** @typedef {import("../../core/messages.js").IncidentCaller} IncidentCaller */

/** The link: to scan where there is no number. @param {{link: import("./commands.js").IncidentLink, open: boolean, asked: boolean}} props `asked`: by a press here, in whose place it stands */
function LinkShown({ link, open, asked }) {
  const summary = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (asked) summary.current?.focus();
  }, []);
  const copy = async () => toast(t((await copyText(link.url)) ? "link.copied" : "link.copy_failed"));
  return html`<details class="incident__link" open=${open}><summary ref=${summary}>${t("incident.show_qr")}</summary>
    <div class="incident__qr"><${QR} rows=${link.qr} label=${t("link.qr_label")} testid="incident-qr" /></div>
    <div class="incident__copy"><${Field} label=${t("link.label")} value=${link.url} onInput=${() => {}} readonly=${true} testid="incident-link" /><${Button} icon="copy" label=${t("link.copy")} onClick=${() => void copy()} /></div>
  </details>`;
}

/** For a page that did not make the link, or was loaded again since. @param {{incident: Incident, caller: IncidentCaller, onAsked: () => void}} props */
function AskCode({ incident, caller, onAsked }) {
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    try {
      const { link } = await showCode(incident.id, caller.link_id);
      onAsked();
      keepLink(link);
    } catch (error) {
      toast(refusalWords(error));
      setBusy(false);
    }
  };
  return html`<div><${Button} kind="plain" icon="scan" label=${t("incident.show_code")} busy=${busy} onClick=${() => void ask()} testid="show-code" /></div>`;
}

/** @param {{incident: Incident, caller: IncidentCaller, several: boolean}} props */
function Caller({ incident, caller, several }) {
  const link = caller.revoked ? undefined : madeLinks.value.get(caller.link_id);
  const [asked, setAsked] = useState(false);
  const mayAsk = !link && !caller.revoked && !caller.opened_at && incident.mine && !isOver(incident);
  const revoke = () => void revokeLink(incident.id, caller.link_id).catch((error) => toast(refusalWords(error)));
  return html`<li class=${several ? "caller-tile caller-tile--one-of" : "caller-tile"} data-testid="caller-tile" data-participant=${caller.participant_id}>
    ${several && html`<div class="caller-tile__head"><strong dir="auto">${caller.name}</strong><span class="muted">${caller.phone || t("incident.by_code_short")}</span>
      ${!caller.revoked && html`<${Button} kind="icon" icon="x" label=${t("incident.revoke_of", { name: caller.name })} onClick=${revoke} testid="caller-revoke" />`}</div>`}
    <${DeliveryLine} incident=${incident} caller=${caller} />${!caller.revoked && html`<${FactsView} caller=${caller} />`}
    ${caller.place && html`<p dir="auto"><span class="muted">${t("incident.place_said")}</span> ${caller.place}</p>`}
    ${mayAsk && html`<${AskCode} incident=${incident} caller=${caller} onAsked=${() => setAsked(true)} />`}
    ${link && html`<${LinkShown} link=${link} asked=${asked} open=${!caller.opened_at && (asked || caller.delivery.state === "none" || caller.delivery.state === "no_way")} />`}
  </li>`;
}

/** @param {{incident: Incident}} props */
export function Callers({ incident }) {
  const several = incident.callers.length > 1;
  return html`<ul class="caller-tiles" aria-label=${t("incident.callers")}>${incident.callers.map((caller) => html`<${Caller} key=${caller.link_id} incident=${incident} caller=${caller} several=${several} />`)}</ul>`;
}
