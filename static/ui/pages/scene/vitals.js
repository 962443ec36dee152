/** Vital signs: one field each, a number and a press; the last value and its time stand beside it. Everybody of staff in the call sees them. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { useElementId } from "../../components/element_id.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { vitalText } from "../../oncall/vital_text.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @typedef {import("../../../core/messages.js").Vital} Vital */
/** @typedef {import("../../../core/messages.js").VitalKind} VitalKind */
/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */

/** In the order they are usually taken. @type {{kind: VitalKind, unit: string}[]} */
const KINDS = [
  { kind: "pulse", unit: "/min" }, { kind: "blood_pressure", unit: "mmHg" }, { kind: "spo2", unit: "%" }, { kind: "breathing", unit: "/min" },
  { kind: "temperature", unit: "°C" }, { kind: "gcs", unit: "" }, { kind: "glucose", unit: "mg/dL" },
];

/** A number as people type it; NaN when it is none. @param {string} text */
const numberOf = (text) => (text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", ".")));

/** @param {{vital: Vital, onRemove: () => void}} props */
function Last({ vital, onRemove }) {
  const time = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(new Date(vital.at));
  return html`<span class="vital__last" data-testid=${`vital-${vital.kind}`}><strong>${vitalText(vital)}</strong> <time datetime=${vital.at}>${time}</time></span>
    <button type="button" class="scene__tool vital__undo" aria-label=${t("vital.remove", { what: t(`vital.${vital.kind}`), value: vitalText(vital) })} onClick=${onRemove}><${Icon} name="undo-2" size=${28} /></button>`;
}

/** @param {{session: CallSession, kind: VitalKind, unit: string, last: Vital | null}} props */
function Entry({ session, kind, unit, last }) {
  const id = useElementId("vital");
  const [value, setValue] = useState("");
  const [second, setSecond] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const said = useRef({ text: "", commandId: "" }); // The same numbers without an answer between are the same measurement.
  const two = kind === "blood_pressure";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const [first, other] = [numberOf(value), two ? numberOf(second) : null];
    if (busy) return;
    if (Number.isNaN(first) || (two && Number.isNaN(other))) {
      setFault(t("vital.not_possible"));
      return;
    }
    setBusy(true);
    setFault("");
    const text = `${first}/${other}`;
    if (said.current.text !== text) said.current = { text, commandId: newCommandId() };
    try {
      // Without a time: the server's clock is right, a phone's may be an hour off, and then no measurement would be taken at all.
      await api.post(`/sessions/${session.sessionId}/vitals`, { kind, value: first, ...(two && { second: other }), command_id: said.current.commandId }, { retry: true });
      said.current = { text: "", commandId: "" };
      setValue("");
      setSecond("");
    } catch (error) {
      setFault(problemCode(error) === "invalid_input" ? t("vital.not_possible") : problemWords(error));
    }
    setBusy(false);
  };
  const remove = () => {
    if (last) api.post(`/sessions/${session.sessionId}/vitals/${last.id}/remove`, { command_id: newCommandId() }, { retry: true }).catch((error) => toast(problemWords(error)));
  };
  const input = (/** @type {string} */ text, /** @type {(text: string) => void} */ set, /** @type {Record<string, unknown>} */ more) => html`<input class="vital__input" inputmode="decimal" autocomplete="off" maxlength=${6} value=${text}
    aria-invalid=${fault ? "true" : undefined} aria-describedby=${fault ? `${id}-fault` : undefined} onInput=${(/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.currentTarget).value)} ...${more} />`;
  return html`<form class="vital" onSubmit=${submit} noValidate>
    <label class="vital__name" for=${id}>${t(`vital.${kind}`)} <small>${unit}</small></label>
    <div class="vital__row">
      ${input(value, setValue, { id, "data-testid": `enter-${kind}` })}
      ${two && html`<span aria-hidden="true">/</span>${input(second, setSecond, { "aria-label": t("vital.diastolic"), "data-testid": "enter-second" })}`}
      <button type="submit" class="scene__tool vital__save" aria-label=${t("vital.save", { what: t(`vital.${kind}`) })} aria-busy=${busy ? "true" : undefined} data-testid=${`save-${kind}`}><${Icon} name="check" size=${28} /></button>
      ${last && html`<${Last} vital=${last} onRemove=${remove} />`}
    </div>
    ${fault && html`<p class="vital__fault" id=${`${id}-fault`} role="alert">${fault}</p>`}
  </form>`;
}

/** @param {{session: CallSession}} props */
export function Vitals({ session }) {
  const vitals = session.state.value?.scene?.vitals ?? [];
  return html`<section class="scene__vitals" aria-labelledby="scene-vitals"><h2 id="scene-vitals">${t("vital.title")}</h2>
    ${KINDS.map(({ kind, unit }) => html`<${Entry} key=${kind} session=${session} kind=${kind} unit=${unit} last=${vitals.filter((one) => one.kind === kind).at(-1) ?? null} />`)}
  </section>`;
}
