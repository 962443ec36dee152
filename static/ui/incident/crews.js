/** Crews that watch with us: a second link whose PIN is told by voice, ended one by one. */
import { html, useRef, useState } from "../../vendor/preact.js";
import { newCommandId } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { QR } from "../components/qr.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";
import { addCrew, revokeLink } from "./commands.js";
import { refusalWords } from "./delivery_line.js";

/** @typedef {import("../../core/messages.js").Incident} Incident */
/** @typedef {{link: import("./commands.js").IncidentLink, pin: string, name: string}} NewCrew */

/** Shown once: the PIN is in no later answer. @param {{crew: NewCrew, onClose: () => void}} props */
function Shown({ crew, onClose }) {
  const copy = async () => toast(t((await copyText(crew.link.url)) ? "link.copied" : "link.copy_failed"));
  return html`<div class="new-crew" data-testid="new-crew">
    <p><strong>${crew.name}</strong></p>
    <p>${t("incident.crew_pin")}</p><p class="new-crew__pin" data-testid="crew-pin" aria-label=${[...crew.pin].join(" ")}>${crew.pin}</p>
    <${Field} label=${t("link.label")} value=${crew.link.url} onInput=${() => {}} readonly=${true} testid="crew-link" />
    <div class="new-crew__acts"><${Button} icon="copy" label=${t("link.copy")} onClick=${() => void copy()} /><${Button} icon="check" label=${t("incident.crew_done")} onClick=${onClose} testid="crew-done" /></div>
    <details><summary>${t("incident.show_qr")}</summary><${QR} rows=${crew.link.qr} label=${t("link.qr_label")} /></details>
  </div>`;
}

/** @param {{incident: Incident, crew: import("../../core/messages.js").IncidentCrew}} props */
function Row({ incident, crew }) {
  const word = crew.revoked ? "revoked" : crew.locked ? "locked" : crew.opened_at ? "watching" : "invited";
  const revoke = () => void revokeLink(incident.id, crew.link_id).catch((error) => toast(refusalWords(error)));
  return html`<li class="crew" data-testid="crew" data-state=${word}><span class="crew__name">${crew.name}</span><${Badge} kind=${word === "watching" ? "ok" : word === "locked" ? "warn" : "plain"}>${t(`incident.crew_${word}`)}</${Badge}>
    ${!crew.revoked && html`<${Button} kind="plain" icon="x" label=${t("incident.crew_revoke")} onClick=${revoke} testid="crew-revoke" />`}</li>`;
}

/** @param {{incident: Incident}} props */
export function Crews({ incident }) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState(/** @type {NewCrew | null} */ (null));
  const commandId = useRef("");
  const rename = (/** @type {string} */ typed) => {
    commandId.current = ""; // Another crew.
    setName(typed);
  };
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!name.trim()) return;
    setBusy(true);
    commandId.current ||= newCommandId();
    try {
      const { link, pin } = await addCrew(incident.id, name.trim(), commandId.current);
      setMade({ link, pin, name: name.trim() });
      setName("");
      commandId.current = "";
    } catch (error) {
      toast(refusalWords(error));
    }
    setBusy(false);
  };
  return html`<section class="incident-part" aria-label=${t("incident.crews")} data-testid="crews">
    <h2>${t("incident.crews")}</h2><p class="muted small">${t("incident.crews_hint")}</p>
    ${incident.crews.length > 0 && html`<ul class="crew-list">${incident.crews.map((crew) => html`<${Row} key=${crew.link_id} incident=${incident} crew=${crew} />`)}</ul>`}
    ${made ? html`<${Shown} crew=${made} onClose=${() => setMade(null)} />` : html`<form class="crew-form" onSubmit=${add}><${Field} label=${t("incident.crew_name")} value=${name} maxlength=${80} onInput=${rename} testid="crew-name" /><${Button} type="submit" icon="user-plus" label=${t("incident.crew_add")} busy=${busy} disabled=${!name.trim()} testid="crew-add" /></form>`}
  </section>`;
}
