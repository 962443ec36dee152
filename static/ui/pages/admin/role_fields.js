/** Role, site and privacy officer: the same for somebody new and for somebody who is here. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Select } from "../../components/select.js";
import { Switch } from "../../components/switch.js";

export const ROLES = ["clinician", "front_desk", "dispatcher", "responder", "reviewer", "admin"];

/** @typedef {{role: string, site: string, officer: boolean}} Place `site` "" is every site */

/** @param {{place: Place, sites: import("./people.js").Site[], onChange: (place: Place) => void}} props */
export function RoleFields({ place, sites, onChange }) {
  const roles = ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }));
  const open = sites.filter((site) => !site.closed_at || site.id === place.site).map((site) => ({ value: site.id, label: site.name }));
  return html`<${Select} label=${t("admin.role")} hint=${t(`admin.role_${place.role}`)} value=${place.role} options=${roles} onChange=${(/** @type {string} */ role) => onChange({ ...place, role })} testid="account-role" />
    ${open.length > 0 && html`<${Select} label=${t("admin.site")} value=${place.site} options=${[{ value: "", label: t("admin.all_sites") }, ...open]} onChange=${(/** @type {string} */ site) => onChange({ ...place, site })} testid="account-site" />`}
    <${Switch} label=${t("admin.privacy_officer")} hint=${t("admin.privacy_officer_hint")} checked=${place.officer} onChange=${(/** @type {boolean} */ officer) => onChange({ ...place, officer })} testid="account-officer" />`;
}
