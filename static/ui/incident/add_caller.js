/** One caller more: a second witness, or the same person on another phone. By message, or by a code to scan. */
import { html, useRef, useState } from "../../vendor/preact.js";
import { newCommandId } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { numberProblem } from "../../core/incident/telephone_number.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { Switch } from "../components/switch.js";
import { addCaller } from "./commands.js";
import { refusalWords } from "./delivery_line.js";
import { keepLink } from "./made_links.js";

const LONGEST_NAME = 80;
const LONGEST_NUMBER = 40;

/** @typedef {import("../../core/messages.js").Incident} Incident */

/** @param {Incident} incident @param {() => void} onMade */
function useAdding(incident, onMade) {
  const [phone, setPhone] = useState("");
  const [name, setName] = useState("");
  const [chosen, setSilent] = useState(/** @type {boolean | null} */ (null));
  const silent = chosen ?? incident.silent; // Whoever is with somebody who hides may hide as well, also one who hides from now on.
  const [busy, setBusy] = useState(/** @type {"" | "send" | "code"} */ (""));
  const [problem, setProblem] = useState("");
  const commandId = useRef("");
  /** @template T @param {(value: T) => void} set */
  const changing = (set) => (/** @type {T} */ value) => {
    commandId.current = ""; // Another intention.
    setProblem("");
    set(value);
  };
  const add = async (/** @type {"send" | "code"} */ way) => {
    const wrong = way === "send" ? numberProblem(phone) : null;
    if (wrong) return setProblem(t(`incident.number_${wrong}`));
    setBusy(way);
    commandId.current ||= newCommandId();
    try {
      const { link } = await addCaller(incident.id, { ...(way === "send" ? { phone: phone.trim() } : {}), name: name.trim(), ...(chosen === null ? {} : { silent: chosen }) }, commandId.current);
      keepLink(link);
      onMade();
    } catch (error) {
      setProblem(/** @type {{field?: string}} */ (error).field === "phone" ? t("incident.number_refused") : refusalWords(error));
    }
    setBusy("");
  };
  return { phone, setPhone: changing(setPhone), name, setName: changing(setName), silent, setSilent: changing(setSilent), busy, problem, add };
}

/** @param {{incident: Incident, onMade: () => void}} props */
function Form({ incident, onMade }) {
  const { phone, setPhone, name, setName, silent, setSilent, busy, problem, add } = useAdding(incident, onMade);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void add("send");
  };
  return html`<form class="add-caller" onSubmit=${submit} data-testid="add-caller-form" noValidate>
    <${Field} label=${t("incident.number")} hint=${t("incident.number_hint")} type="tel" value=${phone} autocomplete="off" maxlength=${LONGEST_NUMBER} onInput=${setPhone} error=${problem || undefined} testid="add-caller-phone" />
    <${Field} label=${t("incident.caller_name")} value=${name} maxlength=${LONGEST_NAME} autocomplete="off" onInput=${setName} testid="add-caller-name" />
    <${Switch} label=${t("incident.kind_silent")} hint=${t("incident.kind_silent_hint")} checked=${silent} onChange=${setSilent} testid="add-caller-silent" />
    <div class="add-caller__acts"><${Button} kind="primary" type="submit" icon="send" label=${t("incident.send")} busy=${busy === "send"} testid="add-caller-send" /><${Button} icon="scan" label=${t("incident.by_code")} busy=${busy === "code"} onClick=${() => void add("code")} testid="add-caller-code" /></div>
  </form>`;
}

/** @param {{incident: Incident}} props */
export function AddCaller({ incident }) {
  const [open, setOpen] = useState(false);
  if (!open) return html`<div><${Button} kind="plain" icon="user-plus" label=${t("incident.caller_add")} onClick=${() => setOpen(true)} testid="add-caller" /></div>`;
  return html`<${Form} incident=${incident} onMade=${() => setOpen(false)} />`;
}
