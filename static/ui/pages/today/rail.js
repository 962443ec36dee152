/** The staff rail: where one can go and what holds for every page. Left on wide windows, below on phones. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { toast } from "../../components/toast.js";
import { changeLanguage } from "../../page.js";
import { problemWords } from "../../problem_words.js";
import { languageOptions } from "../language_select.js";
import { signOutBy } from "../return_place.js";

async function signOut() {
  try {
    await signOutBy(() => api.post("/auth/logout"));
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

/** Roles that may watch recordings: their own visits', those of patients they care for, or all that is to be reviewed. */
const WITH_RECORDINGS = new Set(["clinician", "dispatcher", "responder", "reviewer"]);

/** Roles that answer emergencies. */
const WITH_INCIDENTS = new Set(["clinician", "dispatcher", "responder"]);

/** So many places fit beside "More" in the bottom bar of the smallest phone, in every language. The others stand behind it. */
const PLACES_IN_BAR = 3;
/** Beside more places the switch for alerts stands behind "More" on phones: five words do not fit side by side at 320 px in every language. */
const PLACES_BESIDE_ALERTS = 2;

/** @typedef {{id: string, href: string, icon: string, label: string}} PlaceEntry */
/** @typedef {{name: string, email: string, role?: string, is_privacy_officer?: boolean} | null} RailUser */

/** Where this person can go; `current` is always among them. @param {RailUser} user @param {string} current @returns {PlaceEntry[]} */
function placesOf(user, current) {
  const role = user?.role ?? "";
  const isOfficer = user?.is_privacy_officer === true;
  const admin = { id: "admin", href: "/admin", icon: "settings", label: t("rail.admin") };
  const today = { id: "today", href: "/today", icon: "calendar-days", label: t("today.title") };
  const patients = { id: "patients", href: "/patients", icon: "users", label: t("patients.title") };
  const queues = { id: "queues", href: "/queues", icon: "door-open", label: t("rail.queues") };
  const audit = { id: "audit", href: "/audit", icon: "clipboard-list", label: t("rail.audit") };
  const privacy = { id: "privacy", href: "/privacy", icon: "siren", label: t("rail.privacy") };
  const recordings = { id: "recordings", href: "/recordings", icon: "video", label: t("rail.recordings") };
  const urgent = { id: "urgent", href: "/urgent", icon: "map-pin", label: t("incident.title") };
  const first = role === "admin" ? admin : role === "reviewer" ? recordings : today;
  const watches = WITH_RECORDINGS.has(role) || (isOfficer && role !== "admin");
  const scene = { id: "scene", href: "/scene", icon: "siren", label: t("rail.scene") };
  const others = [role === "dispatcher" && urgent, role === "responder" && scene, WITH_PATIENTS.has(role) && queues, role !== "dispatcher" && WITH_INCIDENTS.has(role) && urgent, WITH_PATIENTS.has(role) && patients, watches && first !== recordings && recordings, isOfficer && audit, isOfficer && role !== "admin" && privacy];
  const places = [first, ...others.filter((place) => place !== false)];
  const here = [admin, today, urgent, queues, patients, recordings, audit, privacy].find((place) => place.id === current);
  return !here || places.includes(here) || current === "admin" ? places : [...places, here];
}

/** @param {{href: string, icon: string, label: string, current: boolean, only?: "wide" | "phone"}} props `only`: on windows of that width */
function Place({ href, icon, label, current, only }) {
  return html`<a class=${only ? `rail__item rail__item--${only}` : "rail__item"} href=${href} aria-current=${current ? "page" : undefined}><${Icon} name=${icon} /><span>${label}</span></a>`;
}

/** @param {{on: boolean, onToggle: () => void}} props */
function AlertsSwitch({ on, onToggle }) {
  return html`<button type="button" class="rail__item" aria-pressed=${String(on)} onClick=${onToggle} data-testid="alerts">
    <${Icon} name=${on ? "bell-ring" : "bell-off"} /><span>${t(on ? "rail.alerts_on" : "rail.alerts_off")}</span></button>`;
}

/**
 * What stands behind "More" on phones and in the rail itself on wide windows. Escape and a press elsewhere close it.
 * @param {{isCurrent: boolean, children?: unknown}} props `isCurrent`: the page shown is behind it
 */
function More({ isCurrent, children }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (/** @type {Event} */ event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere, true);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere, true);
      document.removeEventListener("focusin", elsewhere);
    };
  }, [open]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  return html`<div class="rail__rest" ref=${root} onKeyDown=${onKeyDown}>
    <button type="button" class=${isCurrent ? "rail__item rail__more rail__more--current" : "rail__item rail__more"} aria-expanded=${String(open)} aria-controls="rail-more" onClick=${() => setOpen(!open)} data-testid="rail-more">
      <${Icon} name="ellipsis" /><span>${t("rail.more")}</span></button>
    <div class=${open ? "rail__panel rail__panel--open" : "rail__panel"} id="rail-more">${children}</div>
  </div>`;
}

/**
 * @param {{language: string, user: RailUser, current?: string, alertsOn?: boolean, onAlerts?: () => void}} props
 *   `current` is the place shown; without `onAlerts` the page announces nobody and has no switch for it.
 */
export function Rail({ language, user, current = "today", alertsOn = false, onAlerts }) {
  const clinic = clinicOfPage();
  const places = placesOf(user, current);
  const alerts = onAlerts && html`<${AlertsSwitch} on=${alertsOn} onToggle=${onAlerts} />`;
  const behind = places.slice(PLACES_IN_BAR);
  const placeProps = (/** @type {PlaceEntry} */ { href, icon, label, id }) => ({ href, icon, label, current: id === current });
  const alertsBeside = places.length <= PLACES_BESIDE_ALERTS;
  return html`<nav class="rail" aria-label=${t("rail.label")}>
    <p class="rail__brand brand"><img class="brand__mark" src="/static/icons/mark.svg" alt="" width="32" height="32" /><span class="brand__name">${clinic.name}</span></p>
    ${places.map((place, index) => html`<${Place} key=${place.id} ...${placeProps(place)} only=${index >= PLACES_IN_BAR ? "wide" : undefined} />`)}
    <span class="rail__gap"></span>
    ${alertsBeside && alerts}
    <${More} isCurrent=${current === "account" || behind.some(({ id }) => id === current)}>
      ${behind.map((place) => html`<${Place} key=${place.id} ...${placeProps(place)} only="phone" />`)}
      ${!alertsBeside && alerts}
      <${Place} href="/account" icon="user" label=${t("identity.rail")} current=${current === "account"} />
      <${LanguageMenu} language=${language} />
      <button type="button" class="rail__item" onClick=${signOut} data-testid="sign-out"><${Icon} name="log-out" /><span>${t("rail.sign_out")}</span></button>
      ${user && html`<div class="rail__who"><p class="rail__name">${user.name}</p><p title=${user.email}>${user.email}</p></div>`}
    </${More}>
  </nav>`;
}
