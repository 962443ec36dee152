/** Questions that only those who lead can answer. None of them holds the call up. */
import { html, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { refusers, tally } from "../../../core/recording.js";
import { inCall } from "../../../core/states.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { useCall } from "../context.js";
import { personName } from "../words.js";
import { Card } from "./card.js";
import { act, dialog, reasonPutOff, send as tell } from "./desk.js";

/** @typedef {import("../../../core/messages.js").Recording} Recording */

/** Sends one thing at a time. @returns {[string, (name: string, send: () => Promise<boolean>) => Promise<void>]} */
function useSending() {
  const [busy, setBusy] = useState("");
  return [busy, async (name, send) => {
    if (busy) return;
    setBusy(name);
    await send();
    setBusy("");
  }];
}

/** Names of those within earshot who do not want to be recorded. @param {Recording} recording */
function useRefuserNames(recording) {
  const people = useCall().session.state.value?.participants ?? [];
  return refusers(recording).map((id) => {
    const person = people.find((one) => one.id === id);
    const bystander = recording.bystanders.find((one) => one.id === id);
    if (person) return inCall(person.state) && person.state !== "on_hold" ? personName(person) : "";
    return bystander ? t(`recording.bystander_${bystander.label}`) : "";
  }).filter(Boolean);
}

/** Somebody within earshot said no: no sound is kept until this is answered. @param {{recording: Recording}} props */
export function BleedCard({ recording }) {
  const { session } = useCall();
  const names = useRefuserNames(recording);
  const [busy, send] = useSending();
  const choose = (/** @type {string} */ choice) => () => void send(choice, () => act(session, "choose", { choice }));
  const choices = ["video_only", "wait", "stop"].map((choice) => html`<${Button} key=${choice} label=${t(`recording.bleed_${choice}`)} busy=${busy === choice} onClick=${choose(choice)} testid=${`bleed-${choice}`} />`);
  return html`<${Card} title=${t("recording.bleed_title")} urgent=${true} testid="recording-bleed" actions=${choices}>
    <p role="status">${t("recording.bleed_text", { count: Math.max(1, names.length), names: new Intl.ListFormat(language()).format(names.length ? names : [t("recording.bleed_somebody")]) })}</p>
    <ul class="rec-card__list"><li>${t("recording.bleed_video_only_more")}</li><li>${t("recording.bleed_wait_more")}</li></ul></${Card}>`;
}

/** The policy wants a recording and somebody said no: the visit goes on, the reason is kept. */
export function UnrecordedCard() {
  const { session } = useCall();
  const [reason, setReason] = useState(t("recording.unrecorded_default"));
  const [busy, send] = useSending();
  const empty = !reason.trim();
  const go = () => void send("go", () => tell(session, "recording_unrecorded", { reason: reason.trim() }));
  return html`<${Card} title=${t("recording.unrecorded_title")} testid="recording-unrecorded" onClose=${() => { reasonPutOff.value = true; }} closeLabel=${t("recording.later")} actions=${html`<${Button} kind="primary" label=${t("recording.unrecorded_go")} busy=${Boolean(busy)} disabled=${empty} onClick=${go} testid="unrecorded-go" />`}>
    <p>${t("recording.unrecorded_text")}</p>
    <${Field} label=${t("recording.reason")} value=${reason} onInput=${setReason} maxlength=${200} testid="unrecorded-reason" /></${Card}>`;
}

/** How far the asking is. @param {{recording: Recording}} props */
export function AskingCard({ recording }) {
  const { session } = useCall();
  const [busy, send] = useSending();
  const [away, setAway] = useState(false);
  const counts = tally(recording.people);
  if (away) return null; // The people panel shows it too.
  const buttons = html`${counts.agreed > 0 && counts.open > 0 && html`<${Button} label=${t("recording.do_begin")} busy=${busy === "begin"} onClick=${() => void send("begin", () => act(session, "begin"))} testid="recording-begin" />`}
    <${Button} kind="plain" label=${t("recording.do_bystander")} icon="user-plus" onClick=${() => { dialog.value = "bystander"; }} testid="recording-bystander" />
    <${Button} kind="plain" label=${t("recording.do_cancel")} busy=${busy === "cancel"} onClick=${() => void send("cancel", () => act(session, "stop"))} testid="recording-cancel" />`;
  return html`<${Card} title=${t("recording.asking_title")} testid="recording-asking" onClose=${() => setAway(true)} actions=${buttons}>
    <p role="status">${t("recording.tally", counts)}</p></${Card}>`;
}
