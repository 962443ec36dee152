/** "Keep my place": a telephone number that gets a message when it is nearly time, so that one need not watch the page. */
import { html, useRef, useState } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { CommandError } from "../../../../core/commands.js";
import { Banner } from "../../../components/banner.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Field } from "../../../components/field.js";
import { Icon } from "../../../components/icon.js";
import { toast } from "../../../components/toast.js";
import { problemWords } from "../../../problem_words.js";
import { phoneFault } from "./phone_number.js";

/** @typedef {import("../visit.js").Visit} Visit */

/** @param {unknown} error @returns {string} */
function faultWords(error) {
  if (!(error instanceof CommandError)) return problemWords(error);
  if (error.code === "invalid_input") return t("line.phone_wrong");
  return error.code === "no_way" ? t("line.phone_no_way") : problemWords(error);
}

/** @param {Visit} visit @param {() => void} onDone */
function useNumber(visit, onDone) {
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const refuse = (/** @type {string} */ words) => {
    setFault(words);
    input.current?.focus();
  };
  const save = async () => {
    const wrong = phoneFault(typed);
    if (wrong) return refuse(t(`line.phone_${wrong}`));
    setBusy(true);
    setFault("");
    try {
      await visit.link?.command("keep_place", { phone: typed.trim() });
      setTyped("");
      onDone();
    } catch (error) {
      refuse(faultWords(error));
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const onInput = (/** @type {string} */ value) => {
    setTyped(value);
    setFault("");
  };
  return { typed, fault, busy, input, save, onInput };
}

/** @param {{visit: Visit, open: boolean, onClose: () => void}} props */
function NumberDialog({ visit, open, onClose }) {
  const { typed, fault, busy, input, save, onInput } = useNumber(visit, () => {
    toast(t("line.kept"));
    onClose();
  });
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!busy) void save();
  };
  return html`<${Dialog} title=${t("line.keep_title")} open=${open} onClose=${onClose} testid="keep-place-dialog"
    actions=${html`<${Button} label=${t("line.keep_not")} onClick=${onClose} /><${Button} kind="primary" label=${t("line.keep_save")} busy=${busy} onClick=${() => void save()} testid="keep-place-save" />`}>
    <form class="form" onSubmit=${onSubmit} novalidate>
      <${Field} label=${t("line.phone")} hint=${t("line.phone_hint")} type="tel" value=${typed} onInput=${onInput} error=${fault || undefined} autocomplete="tel" maxlength=${30}
        inputRef=${input} testid="keep-place-phone" attributes=${{ inputmode: "tel", enterkeyhint: "done" }} />
    </form>
    <ul class="waiting__facts">${["line.keep_next", "line.keep_held", "line.keep_private"].map((key) => html`<li key=${key}><${Icon} name="check" /><span>${t(key)}</span></li>`)}</ul>
  </${Dialog}>`;
}

/** @param {{visit: Visit}} props */
export function KeepPlace({ visit }) {
  const [open, setOpen] = useState(false);
  const kept = visit.queue.value?.keep_place ?? null;
  const drop = () => visit.link?.command("drop_place").catch((error) => toast(problemWords(error)));
  const ask = (/** @type {string} */ label) => html`<${Button} icon="smartphone" label=${label} onClick=${() => setOpen(true)} testid="keep-place" />`;
  return html`<section class="card card--padded line__part" aria-label=${t("line.keep")}>
    ${kept
      ? html`<${Banner} kind="ok" icon="smartphone" testid="place-kept">${t("line.kept_for", { phone: kept.phone })}</${Banner}>
        <div class="line__acts">${ask(t("line.keep_change"))}<${Button} kind="plain" label=${t("line.keep_drop")} onClick=${drop} testid="drop-place" /></div>`
      : html`<div><h2>${t("line.keep")}</h2><p class="muted small">${t("line.keep_why")}</p></div><div class="line__acts">${ask(t("line.keep"))}</div>`}
    <${NumberDialog} visit=${visit} open=${open} onClose=${() => setOpen(false)} />
  </section>`;
}
