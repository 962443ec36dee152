/** A marker: a point or a span, what it is about, words, who sees it. If another window changed it meanwhile, the person chooses. */
import { html, useEffect, useMemo, useRef, useState } from "../../../vendor/preact.js";
import { ApiError, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { CATEGORIES, differences } from "../../../core/review/markers.js";
import { momentOf } from "../../../core/review/time_link.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Switch } from "../../components/switch.js";
import { toast } from "../../components/toast.js";
import { lengthWords } from "../recordings/words.js";
import { useTyped } from "../../use_typed.js";
import { categoryWord, reviewProblem } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").Marker} Marker */
/** @typedef {import("./review.js").MarkerFields} MarkerFields */

/** The server's limit, in characters. */
const MAX_TEXT = 2000;
/** Milliseconds of a span before anybody said how long. */
const SPAN = 30_000;

/** "12:05" -> milliseconds; null: not a time. @param {string} text */
function timeOf(text) {
  return momentOf(`#t=${encodeURIComponent(text.trim())}`);
}

/** @param {{label: string, value: number, error?: string | undefined, onChange: (ms: number | null) => void, testid: string}} props a time one may type, or take from the playhead */
function TimeField({ label, value, error, onChange, testid }) {
  const { player } = useReview();
  const [text, setText] = useState(lengthWords(value));
  const type = (/** @type {string} */ typed) => {
    setText(typed);
    onChange(timeOf(typed));
  };
  const here = () => {
    setText(lengthWords(player.clock.position));
    onChange(Math.round(player.clock.position));
  };
  return html`<div class="time-field"><${Field} label=${label} value=${text} onInput=${type} error=${error} autocomplete="off" maxlength=${12} testid=${testid} attributes=${{ inputmode: "text" }} />
    <${Button} label=${t("review.take_here")} onClick=${here} attributes=${{ "aria-label": t("review.take_here_for", { what: label }) }} /></div>`;
}

/** @param {{fields: MarkerFields, faults: {start?: string, end?: string}, onChange: (fields: MarkerFields) => void, onTimes: (times: {start: number | null, end: number | null}) => void, onEnter: () => void}} props */
function Fields({ fields, faults, onChange, onTimes, onEnter }) {
  const set = (/** @type {Partial<MarkerFields>} */ part) => onChange({ ...fields, ...part });
  const isSpan = fields.end_ms !== null;
  // A marker is two keys: the one that opens this, and Enter. A new line is Shift and Enter.
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onEnter();
  };
  return html`
    <${Field} label=${t("review.marker_text")} hint=${t("review.marker_text_hint")} value=${fields.text} onInput=${(/** @type {string} */ text) => set({ text })} multiline=${true} rows=${3} maxlength=${MAX_TEXT} testid="marker-text" attributes=${{ onKeyDown }} />
    <${Select} label=${t("review.category")} value=${fields.category} options=${[...new Set([...CATEGORIES, fields.category])].map((value) => ({ value, label: categoryWord(value) }))} onChange=${(/** @type {string} */ category) => set({ category })} testid="marker-category" />
    <${TimeField} label=${t("review.marker_from")} value=${fields.start_ms} error=${faults.start} onChange=${(/** @type {number | null} */ start) => onTimes({ start, end: fields.end_ms })} testid="marker-from" />
    <${Switch} label=${t("review.marker_span")} checked=${isSpan} onChange=${(/** @type {boolean} */ on) => set({ end_ms: on ? fields.start_ms + SPAN : null })} testid="marker-span" />
    ${isSpan && html`<${TimeField} label=${t("review.marker_to")} value=${fields.end_ms} error=${faults.end} onChange=${(/** @type {number | null} */ end) => onTimes({ start: fields.start_ms, end })} testid="marker-to" />`}
    <${Switch} label=${t("review.marker_private")} hint=${t("review.marker_private_hint")} checked=${fields.visibility === "private"} onChange=${(/** @type {boolean} */ on) => set({ visibility: on ? "private" : "team" })} testid="marker-private" />`;
}

/** What must be read before pressing again: on a small phone the top of the form is out of sight by then. @param {{children?: unknown}} props */
function InSight({ children }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => ref.current?.scrollIntoView({ block: "center" }), []);
  return html`<div ref=${ref}>${children}</div>`;
}

/** @param {{mine: MarkerFields, theirs: Marker, onTheirs: () => void}} props */
function Conflict({ mine, theirs, onTheirs }) {
  const what = differences(mine, theirs).map((one) => t(`review.differs_${one}`)).join(", ");
  return html`<${InSight}><${Banner} kind="warn" testid="marker-conflict" action=${html`<${Button} label=${t("review.use_theirs")} onClick=${onTheirs} testid="use-theirs" />`}>
    <p>${t("review.marker_conflict", { what })}</p><p><strong>${lengthWords(theirs.start_ms)}${theirs.end_ms === null ? "" : `–${lengthWords(theirs.end_ms)}`} ${categoryWord(theirs.category)}</strong> ${theirs.text && html`<q>${theirs.text}</q>`}</p></${Banner}></${InSight}>`;
}

/** @param {MarkerFields} fields @param {{start: boolean, end: boolean}} typed whether times were typed that are none @param {number} duration */
function faultsOf(fields, typed, duration) {
  /** @type {{start?: string, end?: string}} */
  const faults = {};
  if (typed.start || fields.start_ms > duration) faults.start = t("review.time_wrong", { time: lengthWords(duration) });
  if (fields.end_ms === null) return faults;
  if (typed.end || fields.end_ms > duration) faults.end = t("review.time_wrong", { time: lengthWords(duration) });
  else if (fields.end_ms <= fields.start_ms) faults.end = t("review.time_backwards");
  return faults;
}

/** Saving, and what may come of it. @param {Marker | null} marker @param {() => void} onSaved @param {(marker: Marker | null) => void} onConflict with null: it is gone */
function useSaving(marker, onSaved, onConflict) {
  const review = useReview();
  const commandId = useMemo(newCommandId, []);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const save = async (/** @type {MarkerFields} */ fields, /** @type {Marker | null} */ over) => {
    setBusy(true);
    setProblem("");
    try {
      if (over) await review.changeMarker(over, fields);
      else await review.addMarker(fields, commandId);
      onSaved();
      review.dialog.value = null;
      review.tab.value = "markers";
      toast(t("review.marker_saved"));
    } catch (error) {
      const isOld = marker !== null && error instanceof ApiError && (error.status === 409 || error.status === 404);
      if (isOld) await review.reloadMarkers().then((all) => onConflict(all.find((one) => one.id === marker.id) ?? null), () => setProblem(reviewProblem(error)));
      else setProblem(reviewProblem(error));
    }
    setBusy(false);
  };
  return { busy, problem, save };
}

/** @param {{marker: Marker | null, fields: MarkerFields}} props without `marker` a new one */
export function MarkerDialog({ marker, fields: first }) {
  const review = useReview();
  const { duration } = review.player.clock;
  const kept = useTyped(`marker ${review.path} ${marker ? `${marker.id} ${marker.revision}` : "new"}`, { text: first.text });
  const [rest, setFields] = useState({ ...first, end_ms: first.end_ms === null ? null : Math.min(first.end_ms, Math.round(duration)) });
  const fields = { ...rest, text: kept.fields.text };
  const [typed, setTyped] = useState({ start: false, end: false });
  const [faults, setFaults] = useState(/** @type {{start?: string, end?: string}} */ ({}));
  /** What another window made of it: the marker, null when it is gone; undefined while nothing is known. */
  const [theirs, setTheirs] = useState(/** @type {Marker | null | undefined} */ (undefined));
  const { busy, problem, save } = useSaving(marker, kept.clear, setTheirs);
  const close = () => {
    kept.clear(); // The next marker is about another moment.
    review.dialog.value = null;
  };
  const times = (/** @type {{start: number | null, end: number | null}} */ { start, end }) => {
    setTyped({ start: start === null, end: end === null && fields.end_ms !== null });
    setFields({ ...fields, ...(start !== null && { start_ms: start }), ...(end !== null && { end_ms: end }) });
  };
  const change = (/** @type {MarkerFields} */ next) => {
    kept.set({ text: next.text });
    setFields(next.end_ms === null ? next : { ...next, end_ms: Math.min(next.end_ms, Math.round(duration)) });
  };
  const submit = () => {
    const found = faultsOf(fields, typed, duration);
    setFaults(found);
    if (!Object.keys(found).length) void save(fields, theirs === null ? null : (theirs ?? marker));
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${close} />
    <${Button} kind="primary" label=${t(theirs ? "review.save_over" : theirs === null ? "review.save_new" : "common.save")} busy=${busy} onClick=${submit} testid="save-marker" />`;
  return html`<${Dialog} title=${t(marker ? "review.change_marker" : "review.add_marker")} open=${true} onClose=${close} actions=${actions} testid="marker-dialog">
    <form class="form" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(); }} novalidate>
      ${theirs && html`<${Conflict} mine=${fields} theirs=${theirs} onTheirs=${close} />`}
      ${theirs === null && html`<${InSight}><${Banner} kind="warn" testid="marker-gone">${t("review.marker_gone")}</${Banner}></${InSight}>`}
      <${Fields} fields=${fields} faults=${faults} onChange=${change} onTimes=${times} onEnter=${submit} />
      <button type="submit" hidden></button>
    </form>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
