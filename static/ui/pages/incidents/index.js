/** Urgent: the dispatcher's board. Its one thing: send a link to somebody on the phone, and see at once what becomes of it. */
import { html, signal, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { EmptyState } from "../../components/empty_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { keepLink } from "../../incident/made_links.js";
import { deliveryLook } from "../../incident/words.js";
import { setTitle } from "../../page.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";
import { staffUser } from "../staff_user.js";
import { ConnectionBanner } from "../today/banners.js";
import { Rail } from "../today/rail.js";
import { IncidentCard } from "./incident_card.js";
import { createIncidentStore } from "./incident_store.js";
import { NewIncident } from "./new_incident.js";

/** @typedef {import("../../../core/messages.js").Incident} Incident */
/** @typedef {import("../../incident/commands.js").IncidentLink} IncidentLink */

const store = createIncidentStore();
const user = signal(/** @type {import("../staff_user.js").StaffUser | null} */ (null));
/** Who may begin an incident; the others see those they lead. */
const SENDING = new Set(["dispatcher", "clinician"]);
/** Who has this page at all. */
const WITH_INCIDENTS = new Set(["dispatcher", "clinician", "responder"]);

async function loadUser() {
  try {
    staffUser.value = user.value = (await api.get("/me")).user;
  } catch (error) {
    if (problemCode(error) === "not_signed_in") goToSignIn();
  }
}

/** Says each change of a delivery once, for those who do not look. @param {{incidents: readonly Incident[]}} props */
function LiveWords({ incidents }) {
  const before = useRef(/** @type {Map<string, string> | null} */ (null));
  const [words, setWords] = useState("");
  useEffect(() => {
    const callers = incidents.flatMap(({ reason, callers: all }) => all.map((caller) => ({ caller, who: all.length > 1 ? `${reason}, ${caller.name}` : reason })));
    const now = new Map(callers.map(({ caller }) => [caller.link_id, deliveryLook(caller).word]));
    const known = before.current;
    before.current = now;
    const changed = known && callers.find(({ caller: { link_id: id } }) => known.has(id) && known.get(id) !== now.get(id));
    if (changed) setWords(`${changed.who}: ${deliveryLook(changed.caller).word}`);
  }, [incidents]);
  return html`<p class="visually-hidden" role="status">${words}</p>`;
}

/** @param {{incidents: Incident[] | null, fresh: string, onMade: (made: {incident: Incident, link: IncidentLink}) => void}} props */
function IncidentList({ incidents, fresh, onMade }) {
  if (!incidents) return html`<div class="card"><${SkeletonRows} rows=${2} /></div>`;
  if (!incidents.length) return html`<div class="card"><${EmptyState} icon="siren" title=${t("incident.none")} level=${2} testid="no-incidents">${t("incident.none_more")}</${EmptyState}></div>`;
  return html`<ul class="incidents">${incidents.map((one) => html`<${IncidentCard} key=${one.id} incident=${one} fresh=${one.id === fresh} onMade=${onMade} />`)}</ul>`;
}

/** @param {{language: string}} props */
export function Urgent({ language: shown }) {
  const [fresh, setFresh] = useState("");
  useEffect(() => {
    void loadUser();
    store.start();
    const online = () => store.renew();
    addEventListener("online", online);
    return () => removeEventListener("online", online);
  }, []);
  useEffect(() => setTitle(t("incident.title")), [language()]);
  const made = (/** @type {{incident: Incident, link: IncidentLink}} */ { incident, link }) => {
    keepLink(link);
    setFresh(incident.id);
    store.put(incident);
  };
  const role = user.value?.role ?? "";
  const shut = store.refused.value || (role !== "" && !WITH_INCIDENTS.has(role));
  const incidents = store.incidents.value;
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user.value} current="urgent" />
    <main class="shell__main" id="main" tabindex="-1"><div class="today">
      <header class="today__head"><h1>${t("incident.title")}</h1></header>
      ${shut ? html`<div class="card"><${EmptyState} icon="lock" title=${t("incident.shut")} level=${2} testid="no-permission">${t("incident.shut_more")}</${EmptyState}></div>` : html`
        <${ConnectionBanner} connection=${store.connection.value} />
        <${LiveWords} incidents=${incidents ?? []} />
        <div class="urgent">
          ${(role === "" || SENDING.has(role)) && html`<${NewIncident} onMade=${made} />`}
          <section class="urgent__list" aria-label=${t("incident.list")}><${IncidentList} incidents=${incidents} fresh=${fresh} onMade=${made} /></section>
        </div>`}
    </div></main>
  </div>`;
}
