/** A record that is not open to the reader: why, whom to ask, and what may be done in an emergency. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { EmptyState } from "../../components/empty_state.js";
import { ListRow } from "../../components/list_row.js";
import { birthWords } from "../patients/words.js";
import { Section, Nothing } from "./section.js";

/** @param {{door: import("./record.js").Door, children?: unknown}} props `children`: a way in for emergencies, where there is one */
export function ClosedRecord({ door, children }) {
  const { patient, team } = door;
  return html`<header class="today__head"><div class="who"><${Avatar} name=${patient.name} large=${true} /><div class="who__text"><h1 tabindex="-1">${patient.name}</h1><p class="today__date">${birthWords(patient)}</p></div></div></header>
    <div class="card" data-testid="record-closed"><${EmptyState} icon="lock" level=${2} title=${t("patient.closed")} action=${children}>${t("patient.closed_more")}</${EmptyState}></div>
    <${Section} title=${t("patient.whom_to_ask")}>
      ${team.length
        ? html`<ul class="rows">${team.map((one) => html`<${ListRow} key=${one.name} lead=${html`<${Avatar} name=${one.name} />`} title=${one.name} meta=${t(`role.${one.role}`)} />`)}</ul>`
        : html`<${Nothing}>${t("patient.ask_front_desk")}</${Nothing}>`}
    </${Section}>`;
}
