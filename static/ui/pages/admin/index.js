/** Admin: people, clinic, waiting rooms, policies, sign-in, messages, live rooms, health and use, changes. Which part is shown stands in the address's fragment. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Skeleton } from "../../components/skeleton.js";
import { Tabs } from "../../components/tabs.js";
import { setTitle } from "../../page.js";
import { useOnline } from "../../use_online.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { Changes } from "./changes.js";
import { Clinic } from "./clinic.js";
import { Health } from "./health.js";
import { OnCall } from "./on_call.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Policies, SignInRules } from "./policies.js";
import { Queues } from "./queues.js";
import { Rooms } from "./rooms.js";
import { Templates } from "./templates.js";
import { Usage } from "./usage.js";

/** @type {{id: string, icon: string, parts: any[]}[]} */
const PLACES = [
  { id: "people", icon: "users", parts: [People] },
  { id: "sites", icon: "house", parts: [Clinic] },
  { id: "queues", icon: "door-open", parts: [Queues] },
  { id: "oncall", icon: "siren", parts: [OnCall] },
  { id: "policies", icon: "clipboard-list", parts: [Policies] },
  { id: "signin", icon: "lock", parts: [SignInRules] },
  { id: "messages", icon: "send", parts: [Templates, Outbox] },
  { id: "rooms", icon: "video", parts: [Rooms] },
  { id: "health", icon: "activity", parts: [Health, Usage] },
  { id: "changes", icon: "history", parts: [Changes] },
];

function placeOfAddress() {
  const wanted = location.hash.slice(1);
  return PLACES.find((place) => place.id === wanted)?.id ?? "people";
}

/** The part in the address: Back, reload and a bookmark lead where one was. */
function usePlace() {
  const [place, setPlace] = useState(placeOfAddress);
  useEffect(() => {
    const look = () => setPlace(placeOfAddress());
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  const go = (/** @type {string} */ id) => {
    history.pushState(null, "", `#${id}`);
    setPlace(id);
  };
  useEffect(() => {
    const look = () => setPlace(placeOfAddress());
    addEventListener("popstate", look);
    return () => removeEventListener("popstate", look);
  }, []);
  return { place, go };
}

function NoPermission() {
  return html`<div class="card" data-testid="no-permission"><${ErrorState} icon="lock" level=${2} title=${t("admin.no_permission")} action=${html`<${Button} icon="arrow-left" label=${t("today.title")} href="/today" />`}>${t("admin.no_permission_more")}</${ErrorState}></div>`;
}

/** @param {{place: string, go: (id: string) => void}} props */
function Places({ place, go }) {
  const shown = PLACES.find((one) => one.id === place);
  const tabs = PLACES.map((one) => ({ id: one.id, label: t(`admin.tab_${one.id}`), icon: one.icon }));
  return html`<${Tabs} label=${t("admin.title")} tabs=${tabs} selected=${place} onSelect=${go}>
    <div class="admin__parts" key=${place}>${shown?.parts.map((Part, index) => html`<${Part} key=${index} />`)}</div>
  </${Tabs}>`;
}

/** @param {{language: string}} props */
export function Admin({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const { place, go } = usePlace();
  useEffect(() => setTitle(`${t(`admin.tab_${place}`)} · ${t("admin.title")}`), [place, language()]);
  const content = user === null ? html`<div class="card card--padded admin-wait" aria-busy="true"><${Skeleton} width="60%" /><${Skeleton} width="40%" /></div>` : null;
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="admin" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today admin" data-testid="admin-page">
        <header class="today__head"><h1>${t("admin.title")}</h1></header>
        ${!online && html`<${Banner} kind="warn" icon="wifi-off" testid="offline">${t("error.offline")}</${Banner}>`}
        ${content ?? (user?.role === "admin" ? html`<${Places} key=${shown} place=${place} go=${go} />` : html`<${NoPermission} />`)}
      </div>
    </main>
  </div>`;
}
