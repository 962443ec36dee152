/** The staff rail: where one can go and what holds for every page. Left on wide windows, below on phones. */
import { html } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { toast } from "../../components/toast.js";
import { changeLanguage } from "../../page.js";
import { problemWords } from "../../problem_words.js";
import { languageOptions } from "../language_select.js";

async function signOut() {
  try {
    await api.post("/auth/logout");
    location.replace("/sign-in");
  } catch (error) {
    toast(problemWords(error));
  }
}

/** @param {{language: string}} props */
function LanguageMenu({ language }) {
  const items = languageOptions.map((one) => ({ id: one.value, label: one.label, checked: one.value === language, onSelect: () => void changeLanguage(one.value) }));
  return html`<${Menu} kind="plain" icon="languages" label=${t("common.language")} items=${items} side="above" align="start" />`;
}

/** Roles that work with patients' records. */
const WITH_PATIENTS = new Set(["clinician", "dispatcher", "responder", "front_desk"]);

/** @param {{href: string, icon: string, label: string, current: boolean}} props */
function Place({ href, icon, label, current }) {
  return html`<a class="rail__item" href=${href} aria-current=${current ? "page" : undefined}><${Icon} name=${icon} /><span>${label}</span></a>`;
}

/**
 * @param {{language: string, user: {name: string, email: string, role?: string, is_privacy_officer?: boolean} | null, current?: string, alertsOn?: boolean, onAlerts?: () => void}} props
 *   `current` is the place shown; without `onAlerts` the page announces nobody and has no switch for it.
 */
export function Rail({ language, user, current = "today", alertsOn = false, onAlerts }) {
  const clinic = clinicOfPage();
  return html`<nav class="rail" aria-label=${t("rail.label")}>
    <p class="rail__brand brand"><img class="brand__mark" src="/static/icons/mark.svg" alt="" width="32" height="32" /><span class="brand__name">${clinic.name}</span></p>
    ${user?.role === "admin"
      ? html`<${Place} href="/admin" icon="settings" label=${t("rail.admin")} current=${current === "admin"} />`
      : html`<${Place} href="/today" icon="calendar-days" label=${t("today.title")} current=${current === "today"} />`}
    ${(current === "patients" || WITH_PATIENTS.has(user?.role ?? "")) && html`<${Place} href="/patients" icon="users" label=${t("patients.title")} current=${current === "patients"} />`}
    ${(current === "audit" || user?.is_privacy_officer) && html`<${Place} href="/audit" icon="clipboard-list" label=${t("audit.title")} current=${current === "audit"} />`}
    ${(current === "privacy" || (user?.is_privacy_officer && user.role !== "admin")) && html`<${Place} href="/privacy" icon="siren" label=${t("rail.privacy")} current=${current === "privacy"} />`}
    <span class="rail__gap"></span>
    <${Place} href="/account" icon="user" label=${t("identity.rail")} current=${current === "account"} />
    ${onAlerts && html`<button type="button" class="rail__item" aria-pressed=${String(alertsOn)} onClick=${onAlerts} data-testid="alerts">
      <${Icon} name=${alertsOn ? "bell-ring" : "bell-off"} /><span>${t(alertsOn ? "rail.alerts_on" : "rail.alerts_off")}</span></button>`}
    <${LanguageMenu} language=${language} />
    <button type="button" class="rail__item" onClick=${signOut} data-testid="sign-out"><${Icon} name="log-out" /><span>${t("rail.sign_out")}</span></button>
    ${user && html`<div class="rail__who"><p class="rail__name">${user.name}</p><p title=${user.email}>${user.email}</p></div>`}
  </nav>`;
}
