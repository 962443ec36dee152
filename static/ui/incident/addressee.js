/** Whom staff speak to with cards and requests, where an incident has several callers: one of them, or all. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";

/** @typedef {import("../../core/messages.js").Incident} Incident */

export const EVERYBODY = "";

/** Whose link still works. @param {Incident} incident */
export const reachable = ({ callers }) => callers.filter((one) => !one.revoked);

/** The callers meant by a choice; who is gone since is nobody's choice any more. @param {Incident} incident @param {string} chosen */
export function addressed(incident, chosen) {
  const all = reachable(incident);
  const one = all.filter((caller) => caller.participant_id === chosen);
  return one.length ? one : all;
}

/** @param {{incident: Incident, chosen: string, onChoose: (participantId: string) => void}} props */
export function Addressee({ incident, chosen, onChoose }) {
  const all = reachable(incident);
  if (all.length < 2) return null;
  const now = all.some((one) => one.participant_id === chosen) ? chosen : EVERYBODY;
  const choices = [{ id: EVERYBODY, name: t("incident.to_all") }, ...all.map((one) => ({ id: one.participant_id, name: one.name }))];
  return html`<fieldset class="addressee" data-testid="addressee"><legend>${t("incident.to")}</legend>
    ${choices.map(({ id, name }) => html`<label key=${id} class="addressee__one"><input type="radio" name="addressee" value=${id} checked=${now === id} onChange=${() => onChoose(id)} data-testid=${id ? `to-${id}` : "to-all"} /><span dir="auto">${name}</span></label>`)}
  </fieldset>`;
}
