/** Policies: what the clinic decides for everybody, each with what it means and what holds if nobody decides. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { Loaded, Section, saySaved } from "./parts.js";
import { useResource } from "./use_resource.js";

/**
 * @typedef {object} Policy
 * @property {"second_factor" | "idle_lock_minutes" | "login_hours" | "link_days" | "location_days" | "incident_text_days" | "video_codec" | `recording_${string}`} name
 * @property {string | number} value
 * @property {string | number} default
 * @property {boolean} is_set
 * @property {string[]} choices
 * @property {number} low
 * @property {number} high
 * @property {boolean} may_be_off
 * @property {string | null} updated_at
 * @property {string} updated_by
 */

/** @param {Policy} policy @param {string | number} value */
export function policyValue(policy, value) {
  if (policy.choices.length) return t(`policy.${policy.name}_${value}`);
  return Number(value) === 0 && policy.may_be_off ? t("policy.never") : t(`policy.${policy.name}_value`, { count: Number(value) });
}

/** @param {Policy} policy @param {string} typed @returns {number | null} null: not a value it can have */
function numberOf(policy, typed) {
  if (!/^\d{1,4}$/.test(typed.trim())) return null;
  const value = Number(typed);
  return (value >= policy.low && value <= policy.high) || (policy.may_be_off && value === 0) ? value : null;
}

/** @param {Policy} policy */
function bounds(policy) {
  return t(policy.may_be_off ? "policy.bounds_or_off" : "policy.bounds", { low: policy.low, high: policy.high });
}

/** @param {{policy: Policy, typed: string, onInput: (typed: string) => void, error: string}} props */
function Control({ policy, typed, onInput, error }) {
  const label = t(`policy.${policy.name}`);
  if (policy.choices.length) {
    const options = policy.choices.map((choice) => ({ value: choice, label: t(`policy.${policy.name}_${choice}`) }));
    return html`<${Select} label=${label} hideLabel=${true} value=${typed} options=${options} onChange=${onInput} testid=${`policy-${policy.name}`} />`;
  }
  return html`<${Field} label=${`${label} (${t(`policy.${policy.name}_unit`)})`} hideLabel=${true} value=${typed} onInput=${onInput} error=${error} maxlength=${4} testid=${`policy-${policy.name}`}
    trailing=${html`<span class="policy__unit" aria-hidden="true">${t(`policy.${policy.name}_unit`)}</span>`} attributes=${{ inputmode: "numeric", autocomplete: "off" }} />`;
}

/** @param {{policy: Policy, mayChange: boolean, reload: () => void}} props */
function PolicyForm({ policy, mayChange, reload }) {
  const [typed, setTyped] = useState(String(policy.value));
  const [error, setError] = useState("");
  useEffect(() => { setTyped(String(policy.value)); setError(""); }, [policy.value]);
  const changed = typed.trim() !== String(policy.value);
  const save = async (/** @type {string | number | null} */ value) => {
    try {
      saySaved(await api.put("/admin/policies", { name: policy.name, value }), reload);
      reload();
    } catch (caught) {
      toast(problemWords(caught));
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const value = policy.choices.length ? typed : numberOf(policy, typed);
    setError(value === null ? bounds(policy) : "");
    if (value !== null) void save(value);
  };
  return html`<form class="policy" noValidate onSubmit=${submit}>
    <div class="policy__words"><h3>${t(`policy.${policy.name}`)}</h3><p class="muted">${t(`policy.${policy.name}_hint`)}</p>
      <p class="policy__state">${policy.is_set ? html`<${Badge} kind="brand">${t("policy.set")}</${Badge}>` : html`<${Badge}>${t("policy.default")}</${Badge}>`}
        ${policy.is_set && policy.updated_at && html`<span class="muted">${policy.updated_by} · <${DateTime} at=${policy.updated_at} /></span>`}</p></div>
    <div class="policy__control">
      ${mayChange ? html`<${Control} policy=${policy} typed=${typed} onInput=${setTyped} error=${error} />` : html`<p>${policyValue(policy, policy.value)}</p>`}
      ${mayChange && html`<div class="policy__acts"><${Button} type="submit" kind=${changed ? "primary" : "quiet"} label=${t("common.save")} disabled=${!changed} testid=${`save-${policy.name}`} attributes=${{ "aria-label": `${t("common.save")}: ${t(`policy.${policy.name}`)}` }} />
        ${policy.is_set && html`<${Button} kind="plain" icon="undo-2" label=${t("policy.back_to", { value: policyValue(policy, policy.default) })} onClick=${() => void save(null)} testid=${`default-${policy.name}`} />`}</div>`}
    </div>
  </form>`;
}

/** @param {{staff: {accounts: number, totp: number, passkeys: number, password_only: number}}} props */
function Factors({ staff }) {
  const figures = [["accounts", staff.accounts], ["passkeys", staff.passkeys], ["totp", staff.totp], ["password_only", staff.password_only]];
  return html`<dl class="figures" data-testid="factors">${figures.map(([name, value]) => html`<div class="figure" key=${name}><dt>${t(`admin.factor_${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {{policies: Policy[], names: string[], mayChange: boolean, reload: () => void}} props */
function Group({ policies, names, mayChange, reload }) {
  return html`<div class="card">${policies.filter((policy) => names.includes(policy.name)).map((policy) => html`<${PolicyForm} key=${policy.name} policy=${policy} mayChange=${mayChange} reload=${reload} />`)}</div>`;
}

const SIGN_IN = ["second_factor", "idle_lock_minutes", "login_hours"];
const LINKS = ["link_days", "location_days", "incident_text_days"];
const CALLS = ["video_codec"];
const RECORDINGS = ["recording_scheduled", "recording_urgent", "recording_group", "recording_emergency", "recording_decide_days", "recording_days_scheduled", "recording_days_urgent", "recording_days_group", "recording_quota_gb"];

/** @typedef {import("./use_resource.js").Resource<{policies: Policy[]}>} PolicyResource */

/** @param {{names: string[]}} props */
function PolicyList({ names }) {
  const policies = /** @type {PolicyResource} */ (useResource("/admin/policies"));
  const clinic = /** @type {import("./use_resource.js").Resource<{may_change: boolean}>} */ (useResource("/admin/clinic"));
  return html`<${Loaded} resource=${policies}>${(/** @type {{policies: Policy[]}} */ data) => html`<${Group} policies=${data.policies} names=${names} mayChange=${clinic.data?.may_change ?? false} reload=${() => void policies.reload()} />`}</${Loaded}>`;
}

export function SignInRules() {
  const facts = /** @type {import("./use_resource.js").Resource<{staff: any}>} */ (useResource("/admin/sign-in"));
  return html`<${Section} title=${t("admin.sign_in_rules")} hint=${t("admin.sign_in_rules_hint")} testid="admin-sign-in"><${PolicyList} names=${SIGN_IN} /></${Section}>
    <${Section} title=${t("admin.factors")} hint=${t("admin.factors_hint")}><${Loaded} resource=${facts} rows=${2}>${(/** @type {{staff: any}} */ data) => html`<${Factors} staff=${data.staff} />`}</${Loaded}></${Section}>`;
}

export function Policies() {
  return html`<${Section} title=${t("admin.link_rules")} hint=${t("admin.link_rules_hint")} testid="admin-policies"><${PolicyList} names=${LINKS} /></${Section}>
    <${Section} title=${t("admin.call_rules")} hint=${t("admin.call_rules_hint")} testid="admin-calls"><${PolicyList} names=${CALLS} /></${Section}>
    <${Section} title=${t("admin.recording_rules")} hint=${t("admin.recording_rules_hint")} testid="admin-recordings"><${PolicyList} names=${RECORDINGS} /></${Section}>`;
}
