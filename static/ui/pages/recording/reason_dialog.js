/** An act of weight: what it means, and why one does it. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { useTyped } from "../../use_typed.js";
import { reviewProblem } from "./words.js";

/** The server's limits, in characters. */
const MIN_REASON = 10;
const MAX_REASON = 500;

/** @param {{about: string, name: string, title: string, text: string, action: string, danger: boolean, withReason: boolean, onClose: () => void, onDone: (reason: string) => Promise<void>}} props */
export function ReasonDialog({ about, name, title, text, action, danger, withReason, onClose, onDone }) {
  const { fields: { reason }, set, clear } = useTyped(`${name} ${about}`, { reason: "" });
  const [tooShort, setTooShort] = useState(false);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async () => {
    const words = reason.trim().replace(/\s+/g, " ");
    setTooShort(withReason && words.length < MIN_REASON);
    if (withReason && words.length < MIN_REASON) return;
    setBusy(true);
    setProblem("");
    try {
      await onDone(words);
      clear();
    } catch (error) {
      setProblem(reviewProblem(error));
      setBusy(false);
    }
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind=${danger ? "danger" : "primary"} label=${action} busy=${busy} onClick=${() => void run()} testid=${`${name}-go`} />`;
  return html`<${Dialog} title=${title} open=${true} onClose=${onClose} actions=${actions} testid=${`${name}-dialog`}>
    <p>${text}</p>
    ${withReason && html`<${Field} label=${t("review.reason")} hint=${t("review.reason_hint")} value=${reason} onInput=${(/** @type {string} */ next) => set({ reason: next })} multiline=${true} rows=${3} maxlength=${MAX_REASON}
      error=${tooShort ? t("review.reason_short") : undefined} required=${true} testid=${`${name}-reason`} />`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
