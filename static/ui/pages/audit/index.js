/** The audit trail: is it whole, and who did what. For privacy officers; each search is itself a row of the trail. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { problemCode } from "../../problem_words.js";
import { setTitle } from "../../page.js";
import { useOnline } from "../../use_online.js";
import { useResource } from "../admin/use_resource.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { Results } from "./results.js";
import { SearchForm } from "./search_form.js";
import { TrailState } from "./state.js";
import { useSearch } from "./use_search.js";

/** @typedef {import("./messages.js").People} People */

function NoPermission() {
  return html`<div class="card"><${ErrorState} icon="lock" level=${2} title=${t("audit.no_permission")} testid="no-permission"
    action=${html`<${Button} icon="arrow-left" label=${t("today.title")} href="/" />`}>${t("audit.no_permission_more")}</${ErrorState}></div>`;
}

/** @param {{people: People}} props */
function Search({ people }) {
  const search = useSearch();
  const [about, setAbout] = useState("");
  return html`<section class="audit-part" aria-labelledby="audit-search">
      <h2 id="audit-search">${t("audit.search")}</h2>
      <${SearchForm} people=${people} about=${about} onAbout=${setAbout} onSearch=${search.ask} busy=${search.state === "loading"} />
    </section>
    <${Results} search=${search} onAbout=${(/** @type {string} */ id) => { setAbout(id); search.ask({ object_id: id }); }} />`;
}

/** @param {{language: string}} props */
export function Audit({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const people = /** @type {import("../admin/use_resource.js").Resource<People>} */ (useResource("/audit/people"));
  const refused = people.data === null && problemCode(people.error) === "not_allowed";
  useEffect(() => setTitle(t("audit.title")), [language()]);
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="audit" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today audit">
        <header class="today__head"><h1>${t("audit.title")}</h1></header>
        ${!online && html`<${Banner} kind="warn" icon="wifi-off">${t("error.offline")}</${Banner}>`}
        ${refused ? html`<${NoPermission} />` : html`<${TrailState} /><${Search} people=${people.data ?? { people: [], groups: [] }} />`}
      </div>
    </main>
  </div>`;
}
