/** Emergency accesses as privacy officers review them: who opened which record, why, until when, and who has looked at it. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { Select } from "../../components/select.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { setTitle } from "../../page.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useOnline } from "../../use_online.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { AccessRow } from "./access_row.js";
import { useAccesses } from "./use_accesses.js";

/** @typedef {import("./use_accesses.js").Show} Show */

const SHOWN = /** @type {Show[]} */ (["unreviewed", "open", "all"]);

function NoPermission() {
  return html`<div class="card"><${ErrorState} icon="lock" title=${t("privacy.no_permission")} testid="no-permission"
    action=${html`<${Button} icon="arrow-left" label=${t("today.title")} href="/" />`}>${t("privacy.no_permission_more")}</${ErrorState}></div>`;
}

/** @param {{accesses: ReturnType<typeof useAccesses>, show: Show, userId: string}} props */
function Accesses({ accesses, show, userId }) {
  const { state, rows, next, error } = accesses;
  if (state === "failed" && problemCode(error) === "not_allowed") return html`<${NoPermission} />`;
  if (state === "failed" && !rows.length) {
    return html`<div class="card"><${ErrorState} title=${t("privacy.failed")} code=${problemCode(error)}
      action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${accesses.again} />`}>${problemWords(error)}</${ErrorState}></div>`;
  }
  if (state === "loading" && !rows.length) return html`<div class="card" aria-busy="true"><${SkeletonRows} rows=${3} /></div>`;
  if (!rows.length) return html`<div class="card"><${EmptyState} icon="shield-check" title=${t(`privacy.empty_${show}`)} testid="no-accesses">${t("privacy.empty_more")}</${EmptyState}></div>`;
  return html`<ul class="card rows" data-testid="accesses">
      ${rows.map((access) => html`<${AccessRow} key=${access.id} access=${access} isOwn=${access.user.id === userId} onChanged=${accesses.again} />`)}
    </ul>
    ${next && html`<div class="privacy-more"><${Button} label=${t("privacy.more")} busy=${state === "loading"} onClick=${accesses.more} testid="more-accesses" /></div>`}`;
}

/** @param {{language: string}} props */
export function Privacy({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const [show, setShow] = useState(/** @type {Show} */ ("unreviewed"));
  const accesses = useAccesses(show);
  useEffect(() => setTitle(t("privacy.title")), [language()]);
  const options = SHOWN.map((value) => ({ value, label: t(`privacy.show_${value}`) }));
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="privacy" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today privacy">
        <header class="today__head"><h1>${t("privacy.title")}</h1></header>
        ${!online && html`<${Banner} kind="warn" icon="wifi-off">${t("error.offline")}</${Banner}>`}
        <p class="muted">${t("privacy.text")}</p>
        <div class="privacy-form"><${Select} label=${t("privacy.show")} value=${show} options=${options} onChange=${(/** @type {Show} */ value) => setShow(value)} testid="show-accesses" /></div>
        <h2 class="visually-hidden">${t(`privacy.show_${show}`)}</h2>
        <${Accesses} accesses=${accesses} show=${show} userId=${user?.id ?? ""} />
      </div>
    </main>
  </div>`;
}
