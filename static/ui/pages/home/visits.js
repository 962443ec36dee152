/** Coming and past visits. The one that can be joined now stands first, with its button. */
import { html, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { problemWords } from "../../problem_words.js";
import { day, moment } from "./words.js";

/** @typedef {import("./types.js").Visit} Visit */

/** @param {unknown} error @returns {string} */
function joinProblem(error) {
  const code = error instanceof ApiError ? error.code : "";
  return ["visit_ended", "removed", "too_early"].includes(code) ? t(`home.join_${code}`) : problemWords(error);
}

/** @param {{visit: Visit, isFirst: boolean}} props one main button for the page */
function Joinable({ visit, isFirst }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const join = async () => {
    setBusy(true);
    setProblem("");
    try {
      const { path } = await api.post(`/home/visits/${visit.id}/join`);
      location.assign(path);
    } catch (error) {
      setProblem(joinProblem(error));
      setBusy(false);
    }
  };
  const inCall = visit.state === "active" || visit.state === "empty";
  return html`<div class=${isFirst ? "card card--padded home__card home__now" : "card card--padded home__card"} data-testid="joinable">
    <h3>${visit.with ? t("home.visit_with", { name: visit.with }) : t("home.visit")}</h3>
    <p class="muted">${inCall ? t("home.goes_on") : visit.starts_at ? t("home.starts", { when: moment(visit.starts_at) }) : t("home.is_open")}</p>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    <${Button} kind=${isFirst ? "primary" : "quiet"} large=${true} wide=${true} icon="video" busy=${busy} label=${t("home.join")} onClick=${join} testid="join-now" />
  </div>`;
}

/** @param {{visit: Visit}} props */
function Planned({ visit }) {
  return html`<li><p class="home__name">${visit.starts_at ? moment(visit.starts_at) : t("home.planned")}</p>
    <p class="muted">${visit.with}${visit.opens_at ? ` · ${t("home.opens", { when: moment(visit.opens_at) })}` : ""}</p></li>`;
}

/** What became of a visit, as the person would say it. @param {Visit} visit */
function pastWord(visit) {
  if (visit.started_at) return null;
  return visit.state === "cancelled" ? t("home.cancelled") : t("home.not_held");
}

/** @param {{past: Visit[]}} props */
function Past({ past }) {
  const [all, setAll] = useState(false);
  const shown = all ? past : past.slice(0, 3);
  return html`<section class="card card--padded home__card" aria-labelledby="past">
    <h2 id="past">${t("home.past")}</h2>
    <ul class="home__list" data-testid="past-visits">
      ${shown.map((visit) => html`<li key=${visit.id}><p class="home__name">${day(visit.started_at ?? visit.starts_at ?? visit.created_at)} ${pastWord(visit) && html`<${Badge}>${pastWord(visit)}</${Badge}>`}</p>
        <p class="muted">${visit.with}</p></li>`)}
    </ul>
    ${past.length > shown.length && html`<${Button} label=${t("home.all_visits", { n: past.length })} onClick=${() => setAll(true)} />`}
  </section>`;
}

/** @param {{visits: Visit[], past: Visit[] | null}} props */
export function Visits({ visits, past }) {
  const now = visits.filter((visit) => visit.can_join);
  const later = visits.filter((visit) => !visit.can_join);
  return html`<section class="home__visits" aria-labelledby="visits">
      <h2 id="visits">${t("home.visits")}</h2>
      ${now.map((visit, index) => html`<${Joinable} key=${visit.id} visit=${visit} isFirst=${index === 0} />`)}
      ${later.length > 0 && html`<div class="card card--padded home__card"><ul class="home__list">${later.map((visit) => html`<${Planned} key=${visit.id} visit=${visit} />`)}</ul></div>`}
      ${visits.length === 0 && html`<div class="card card--padded home__card"><p>${t("home.no_visits")}</p><p class="muted">${t("home.no_visits_hint")}</p></div>`}
    </section>
    ${past && past.length > 0 && html`<${Past} past=${past} />`}`;
}
