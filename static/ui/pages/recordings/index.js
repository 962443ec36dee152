/** /recordings: what has been recorded and may be watched. What is looked for stays in the page and its history, never in an address. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { NO_FILTERS, queryOf } from "../../../core/review/list_query.js";
import { Banner } from "../../components/banner.js";
import { setTitle } from "../../page.js";
import { useOnline } from "../../use_online.js";
import { useResource } from "../admin/use_resource.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { FilterForm } from "./filters.js";
import { Found } from "./results.js";
import { useRecordings } from "./use_recordings.js";

/** @typedef {import("../../../core/review/list_query.js").Filters} Filters */
/** @typedef {{id: string, name: string}} Named */

/** Roles that may look for patients. */
const WITH_PATIENTS = new Set(["clinician", "dispatcher", "responder", "front_desk"]);

/** What was looked for before a reload or on the way back. @returns {{filters: Filters, patient: Named | null}} */
function remembered() {
  const { recordings } = history.state ?? {};
  return recordings ? { filters: { ...NO_FILTERS, ...recordings.filters }, patient: recordings.patient ?? null } : { filters: NO_FILTERS, patient: null };
}

function useFilters() {
  const [asked, setAsked] = useState(remembered);
  useEffect(() => history.replaceState({ ...history.state, recordings: asked }, ""), [asked]);
  return {
    ...asked,
    change: (/** @type {Filters} */ filters) => setAsked((before) => ({ ...before, filters })),
    choose: (/** @type {Named | null} */ patient) => setAsked(({ filters }) => ({ patient, filters: { ...filters, patient_id: patient?.id ?? "" } })),
    clear: () => setAsked({ filters: NO_FILTERS, patient: null }),
  };
}

/** Whose visits one may look for, oneself first. @param {import("../staff_user.js").StaffUser | null} user @returns {Named[]} */
function useClinicians(user) {
  const { data } = /** @type {import("../admin/use_resource.js").Resource<{clinicians: Named[]}>} */ (useResource("/recordings/clinicians"));
  const all = data?.clinicians ?? [];
  const own = all.filter(({ id }) => id === user?.id).map(({ id }) => ({ id, name: t("recordings.me") }));
  return [...own, ...all.filter(({ id }) => id !== user?.id)];
}

/** @param {{language: string}} props */
export function Recordings({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const { filters, patient, change, choose, clear } = useFilters();
  const found = useRecordings(filters);
  const clinicians = useClinicians(user);
  useEffect(() => setTitle(t("recordings.title")), [language()]);
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="recordings" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today recordings">
        <header class="today__head"><h1>${t("recordings.title")}</h1></header>
        ${!online && html`<${Banner} kind="warn" icon="wifi-off" testid="offline">${t("error.offline")}</${Banner}>`}
        <${FilterForm} filters=${filters} patient=${patient} clinicians=${clinicians} mayFindPatients=${WITH_PATIENTS.has(user?.role ?? "")} onChange=${change} onPatient=${choose} />
        <${Found} found=${found} isNarrowed=${Object.keys(queryOf(filters)).length > 0} onClear=${clear} />
      </div>
    </main>
  </div>`;
}
