/** /home: what a patient or carer may do and see. One request fills the page; the access list is asked for when wanted. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Skeleton } from "../../components/skeleton.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useOnline } from "../../use_online.js";
import { useViewFocus } from "../../view_focus.js";
import { AccessList } from "./access_list.js";
import { Contacts } from "./contacts.js";
import { Devices } from "./devices.js";
import { Messages } from "./messages.js";
import { Passkeys } from "./passkeys.js";
import { Recordings } from "./recordings.js";
import { Visits } from "./visits.js";
import { day } from "./words.js";

/** Milliseconds between looks: a visit that opens should show its button without a reload. */
const REFRESH_MS = 30_000;

/** The page's content, kept fresh while it is in sight. */
function useHome() {
  const [home, setHome] = useState(/** @type {import("./types.js").Home | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const load = async () => {
    try {
      setHome(await api.get("/home"));
      setProblem(null);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) location.replace("/my");
      else setProblem(error);
    }
  };
  useEffect(() => {
    void load();
    const look = () => void (document.visibilityState === "visible" && load());
    const timer = setInterval(look, REFRESH_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return { home, problem, load };
}

function Loading() {
  return html`<div class="page page--narrow" aria-busy="true"><h1>${t("home.title")}</h1><${Skeleton} height="150px" /><${Skeleton} height="220px" /></div>`;
}

/** @param {{person: import("./types.js").Self}} props */
function Head({ person }) {
  const isCarer = person.role === "carer";
  const title = isCarer ? t("home.for_patient", { name: person.patient_name }) : t("home.hello", { name: person.name });
  const heading = useViewFocus(t("home.title"), { focus: false });
  const scope = (person.scope ?? []).map((word) => t(`scope.${word}`)).join(", ");
  return html`<div class="page__head"><h1 ref=${heading} tabindex="-1">${title}</h1>
    ${isCarer && html`<p class="page__lead">${t("home.as_carer", { name: person.name, scope })} ${person.ends_at && t("home.until", { day: day(person.ends_at) })}</p>`}
  </div>`;
}

/** @param {{carers: import("./types.js").Carer[]}} props */
function Carers({ carers }) {
  return html`<section class="card card--padded home__card" aria-labelledby="carers">
    <h2 id="carers">${t("home.carers")}</h2>
    ${carers.length === 0 ? html`<p class="muted">${t("home.no_carers")}</p>` : html`<ul class="home__list">
      ${carers.map((carer) => html`<li key=${carer.name}><p class="home__name">${carer.name} <span class="muted">${t(`relation.${carer.relation}`)}</span></p>
        <p class="muted">${carer.scope.map((word) => t(`scope.${word}`)).join(", ")}${carer.ends_at ? ` · ${t("home.until", { day: day(carer.ends_at) })}` : ""}</p></li>`)}
    </ul>`}
    <p class="muted small">${t("home.carers_change")}</p>
  </section>`;
}

export function Home() {
  const { home, problem, load } = useHome();
  const online = useOnline();
  if (!home && problem) return html`<div class="page page--narrow"><h1>${t("home.title")}</h1><${ErrorState} title=${problemWords(problem)} code=${problemCode(problem)}
    action=${html`<${Button} kind="primary" large=${true} label=${t("common.try_again")} icon="refresh-cw" onClick=${load} />`} /></div>`;
  if (!home) return html`<${Loading} />`;
  return html`<div class="page page--narrow home">
    ${(!online || problem) && html`<${Banner} kind="warn" icon="wifi-off" testid="offline">${online ? problemWords(problem) : t("error.offline")}</${Banner}>`}
    <${Head} person=${home.person} />
    ${home.messages && html`<${Messages} messages=${home.messages} />`}
    ${home.visits && html`<${Visits} visits=${home.visits} past=${home.past} />`}
    ${home.access && html`<${Recordings} /><${AccessList} />`}
    <${Contacts} details=${home.details} contacts=${home.contacts} forPatient=${home.person.role === "carer" ? home.person.patient_name : ""} mayVerify=${home.person.role === "patient" || (home.person.scope ?? []).includes("edit_contacts")} onChange=${load} />
    ${home.carers && html`<${Carers} carers=${home.carers} />`}
    <${Passkeys} passkeys=${home.passkeys} onChange=${load} />
    <${Devices} devices=${home.devices} onChange=${load} />
  </div>`;
}
