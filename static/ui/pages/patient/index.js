/** A person's record: who it is, every visit, how to reach them, who acts for them, who cares for them. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Skeleton, SkeletonRows } from "../../components/skeleton.js";
import { toast } from "../../components/toast.js";
import { setTitle } from "../../page.js";
import { problemCode } from "../../problem_words.js";
import { useOnline } from "../../use_online.js";
import { patientProblem } from "../patients/words.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { quietly } from "./act.js";
import { AfterVisitsSection } from "./after_visits.js";
import { BreakGlass, GlassBanner, mayBreakGlass } from "./break_glass.js";
import { CarersSection } from "./carers.js";
import { ChannelsSection } from "./channels.js";
import { ClosedRecord } from "./closed.js";
import { DetailsSection } from "./details.js";
import { BackLink, PatientHead } from "./head.js";
import { HistorySection } from "./history.js";
import { MergeDialog } from "./merge_dialog.js";
import { usePages } from "./pages.js";
import { patientIdOfPage, useRecord } from "./record.js";
import { StillsSection } from "./stills.js";
import { TeamSection } from "./team.js";
import { TimelineSection } from "./timeline.js";

/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */
/** @typedef {import("../patients/messages.js").Visit} Visit */

/** @param {{record: PatientRecord, loaded: ReturnType<typeof useRecord>, glass: boolean}} props `glass`: it may be open by emergency access */
function OpenRecord({ record, loaded, glass }) {
  const { patient, can } = record;
  const [version, setVersion] = useState(0);
  const [merging, setMerging] = useState(false);
  const pages = /** @type {import("./pages.js").Pages<Visit>} */ (usePages(`/patients/${patient.id}/timeline`, "sessions", version));
  const changed = () => {
    void loaded.reload();
    setVersion((count) => count + 1);
  };
  const undo = (/** @type {string} */ mergeId) =>
    quietly(async () => {
      await api.post(`/patients/${patient.id}/merges/${mergeId}/undo`);
      toast(t("patient.parted"));
      changed();
    });
  const merged = (/** @type {string} */ mergeId) => {
    toast(t("patient.joined"), { undo: () => undo(mergeId) });
    changed();
  };
  return html`<${PatientHead} patient=${patient} can=${can} />
    ${glass && html`<${GlassBanner} patientId=${patient.id} onClosed=${changed} />`}
    <div class="record__parts">
      <${TimelineSection} pages=${pages} patientId=${patient.id} onChanged=${changed} />
      <${AfterVisitsSection} patientId=${patient.id} version=${version} />
      <${StillsSection} patientId=${patient.id} />
      <div class="record__side">
        <${DetailsSection} record=${record} onPut=${loaded.put} onStale=${changed} onUndo=${undo} onMerge=${() => setMerging(true)} />
        <${ChannelsSection} record=${record} onChanged=${changed} />
        <${CarersSection} record=${record} onChanged=${changed} />
        <${TeamSection} record=${record} onChanged=${changed} />
      </div>
      <${HistorySection} patientId=${patient.id} version=${version} />
    </div>
    ${merging && html`<${MergeDialog} record=${record} onClose=${() => setMerging(false)} onMerged=${merged} />`}`;
}

function LoadingRecord() {
  return html`<div aria-busy="true"><h1 class="visually-hidden">${t("patient.title")}</h1><${Skeleton} height="64px" /></div><div class="card"><${SkeletonRows} rows=${3} /></div>`;
}

/** @param {{error: unknown, onRetry: () => void}} props */
function FailedRecord({ error, onRetry }) {
  const code = problemCode(error);
  const final = code === "not_found" || code === "not_allowed";
  const search = html`<${Button} icon="search" label=${t("today.find_patient")} href="/patients" />`;
  const retry = html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${onRetry} />`;
  return html`<h1 class="visually-hidden">${t("patient.title")}</h1><div class="card"><${ErrorState} icon=${final ? "lock" : "triangle-alert"} title=${t(final ? "patient.not_here" : "patient.failed")} code=${code}
    action=${final ? search : retry}>${final ? t("patient.not_here_more") : patientProblem(error)}</${ErrorState}></div>`;
}

/** A record that opens or closes under one's hands takes the pressed button away: focus goes to its heading. @param {string} state */
function useHeadingFocus(state) {
  const before = useRef(state);
  useEffect(() => {
    const turned = (before.current === "closed" && state === "open") || (before.current === "open" && state === "closed");
    before.current = state;
    if (turned) /** @type {HTMLElement | null} */ (document.querySelector("#main h1"))?.focus();
  }, [state]);
}

/** @param {{language: string}} props */
export function PatientPage({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const loaded = useRecord(patientIdOfPage());
  useHeadingFocus(loaded.state);
  // The title shows in the task bar and in the browser's history: it names nobody.
  useEffect(() => setTitle(t("patient.title")), [language()]);
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="patients" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today record">
        <${BackLink} />
        ${!online && html`<${Banner} kind="warn" icon="wifi-off">${t("error.offline")}</${Banner}>`}
        ${loaded.state === "loading" && html`<${LoadingRecord} />`}
        ${loaded.state === "failed" && html`<${FailedRecord} error=${loaded.error} onRetry=${loaded.reload} />`}
        ${loaded.door && html`<${ClosedRecord} door=${loaded.door}>${mayBreakGlass(user) && html`<${BreakGlass} patientId=${loaded.door.patient.id} onOpened=${loaded.reload} />`}</${ClosedRecord}>`}
        ${loaded.record && html`<${OpenRecord} record=${loaded.record} loaded=${loaded} glass=${mayBreakGlass(user)} />`}
      </div>
    </main>
  </div>`;
}
