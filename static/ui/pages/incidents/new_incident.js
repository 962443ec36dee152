/** A new incident: a number as one hears it, or a code to scan; what the link asks for; the words to say; then one press. */
import { html, useEffect, useMemo, useRef, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { mayBecomeGood, numberProblem } from "../../../core/incident/telephone_number.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Switch } from "../../components/switch.js";
import { makeIncident } from "../../incident/commands.js";
import { refusalWords } from "../../incident/delivery_line.js";
import { useTyped } from "../../use_typed.js";
import { languageOptions } from "../language_select.js";

/** @typedef {import("../../../core/messages.js").Incident} Incident */
/** @typedef {import("../../../core/messages.js").LinkKind} LinkKind */
/** @typedef {{phone: string, reason: string, video: boolean, upload: boolean, silent: boolean, language: string, agreed: boolean}} Draft */

/** Of the words to say, as they stand in the translations: said with what was sent. */
const SCRIPT_VERSION = "2026-11";
const LONGEST_REASON = 200;

/** Switches as they are kept. */
const YES = "yes";

/** The form as it stands, a reload survived; with the id of the command that sends it. */
function useDraft() {
  const { fields, set, commandId, clear } = useTyped("new-incident", { phone: "", reason: "", video: YES, upload: "", silent: "", language: language(), agreed: "" });
  const draft = useMemo(() => /** @type {Draft} */ ({ ...fields, video: fields.video === YES, upload: fields.upload === YES, silent: fields.silent === YES, agreed: fields.agreed === YES }), [fields]);
  const change = (/** @type {Partial<Draft>} */ parts) => void set(Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, typeof value === "string" ? value : value ? YES : ""])));
  return { draft, set: change, commandId, clear };
}

/** @param {Draft} draft @param {boolean} byCode */
function fieldsOf(draft, byCode) {
  /** @type {LinkKind[]} */
  const kinds = ["location"];
  if (draft.video) kinds.push("video");
  if (draft.upload) kinds.push("upload");
  const phone = byCode ? {} : { phone: draft.phone.trim() };
  return { ...phone, reason: draft.reason.trim(), kinds, language: draft.language, script_version: SCRIPT_VERSION, caller_agreed: draft.agreed, silent: draft.silent };
}

/** What is wrong with the number, while it is typed or when it is to be used. @param {string} text @param {boolean} tried @param {boolean} refused by the server */
export function numberWords(text, tried, refused) {
  if (refused) return t("incident.number_refused");
  const problem = numberProblem(text);
  if (!problem || (mayBecomeGood(problem) && !tried)) return undefined;
  return t(`incident.number_${problem}`);
}

/** @param {{draft: Draft, set: (change: Partial<Draft>) => void}} props what the link asks for */
function Kinds({ draft, set }) {
  return html`<fieldset class="new-incident__kinds"><legend class="field__label">${t("incident.kinds")}</legend>
    <p class="new-incident__always">${t("incident.kind_location")}</p>
    <${Switch} label=${t("incident.kind_video")} checked=${draft.video} onChange=${(/** @type {boolean} */ video) => set({ video })} testid="kind-video" />
    <${Switch} label=${t("incident.kind_upload")} checked=${draft.upload} onChange=${(/** @type {boolean} */ upload) => set({ upload })} testid="kind-upload" />
    <${Switch} label=${t("incident.kind_silent")} hint=${t("incident.kind_silent_hint")} checked=${draft.silent} onChange=${(/** @type {boolean} */ silent) => set({ silent })} testid="kind-silent" />
  </fieldset>`;
}

/** @param {{draft: Draft, set: (change: Partial<Draft>) => void}} props */
function Script({ draft, set }) {
  return html`<div class="script"><p class="script__title">${t("incident.say_this")}</p><p class="script__words">${t(draft.video ? "incident.script_video" : "incident.script_location")}</p>
    <label class="script__tick"><input type="checkbox" checked=${draft.agreed} onChange=${(/** @type {Event} */ event) => set({ agreed: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} data-testid="caller-agreed" /><span>${t("incident.caller_agreed")}</span></label></div>`;
}

/** @param {Draft} draft @param {string} commandId @param {(made: {incident: Incident, link: import("../../incident/commands.js").IncidentLink}) => void} onMade */
function useMaking(draft, commandId, onMade) {
  const [busy, setBusy] = useState(/** @type {"" | "send" | "code"} */ (""));
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState(/** @type {Record<string, boolean>} */ ({}));
  const [problem, setProblem] = useState("");
  useEffect(() => setRefused({}), [draft]);
  const make = async (/** @type {"send" | "code"} */ way) => {
    setTried(true);
    setProblem("");
    if (!draft.reason.trim() || (way === "send" && numberProblem(draft.phone))) return;
    setBusy(way);
    try {
      onMade(await makeIncident({ ...fieldsOf(draft, way === "code"), command_id: commandId }));
      setTried(false);
    } catch (error) {
      const { field = null } = /** @type {{field?: string | null}} */ (error);
      if (field) setRefused({ [field]: true });
      else setProblem(refusalWords(error));
    }
    setBusy("");
  };
  return { busy, tried, refused, problem, make };
}

/** @param {{onMade: (made: {incident: Incident, link: import("../../incident/commands.js").IncidentLink}) => void}} props */
export function NewIncident({ onMade }) {
  const { draft, set, commandId, clear } = useDraft();
  const { busy, tried, refused, problem, make } = useMaking(draft, commandId, (made) => {
    clear();
    onMade(made);
  });
  const phone = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => phone.current?.focus({ preventScroll: true }), []);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void make("send");
  };
  const reasonMissing = refused["reason"] ? t("incident.reason_refused") : tried && !draft.reason.trim() ? t("incident.reason_missing") : undefined;
  return html`<form class="new-incident card card--padded" onSubmit=${submit} data-testid="new-incident" noValidate>
    <h2>${t("incident.new")}</h2>
    <${Field} label=${t("incident.number")} hint=${t("incident.number_hint")} type="tel" value=${draft.phone} autocomplete="off" maxlength=${40} inputRef=${phone}
      onInput=${(/** @type {string} */ value) => set({ phone: value })} error=${numberWords(draft.phone, tried, refused["phone"] === true)} testid="incident-phone" />
    <${Field} label=${t("incident.reason")} value=${draft.reason} maxlength=${LONGEST_REASON} onInput=${(/** @type {string} */ reason) => set({ reason })} error=${reasonMissing} testid="incident-reason" />
    <${Kinds} draft=${draft} set=${set} />
    <${Select} label=${t("incident.message_language")} value=${draft.language} options=${languageOptions} onChange=${(/** @type {string} */ tag) => set({ language: tag })} testid="incident-language" />
    <${Script} draft=${draft} set=${set} />
    ${problem && html`<p class="field__error" role="alert" data-testid="incident-problem">${problem}</p>`}
    <div class="new-incident__acts">
      <${Button} kind="primary" large=${true} type="submit" icon="send" label=${t("incident.send")} busy=${busy === "send"} testid="incident-send" />
      <${Button} large=${true} icon="scan" label=${t("incident.by_code")} busy=${busy === "code"} onClick=${() => void make("code")} testid="incident-code" />
    </div>
  </form>`;
}
