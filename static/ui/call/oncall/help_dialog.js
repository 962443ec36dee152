/** Getting help into the call: somebody on duty of a speciality, or a colleague to whom it is handed over. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useTyped } from "../../use_typed.js";
import { useCall } from "../context.js";

/** Codes with their own sentence. @type {Record<string, string>} */
const WORDS = { page_open: "oncall.page_open", too_many_pages: "error.too_many", handover_open: "oncall.handover_open", not_lead: "oncall.not_lead" };

/** @typedef {{value: string, label: string}} Choice */
/** Whom there is to choose; `problem`: nobody knows, for the question was not answered. @typedef {{list: Choice[] | null, problem: string}} Choices */

/** Asked once more when the network is back, unless it was answered. @param {string} path @param {(answer: any) => Choice[]} take @returns {Choices} */
function useChoices(path, take) {
  const [choices, setChoices] = useState(/** @type {Choices} */ ({ list: null, problem: "" }));
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let shown = true;
    api.get(path).then(
      (answer) => { if (shown) setChoices({ list: take(answer), problem: "" }); },
      (error) => { if (shown) setChoices({ list: null, problem: problemWords(error) }); },
    );
    return () => { shown = false; };
  }, [path, turn]);
  useEffect(() => {
    if (!choices.problem) return undefined;
    const again = () => setTurn((before) => before + 1);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [choices.problem]);
  return choices;
}

/**
 * One choice, a few words, one press.
 * @param {{title: string, choice: string, choices: Choices, none: string, words: string, max: number, label: string, icon: string, testid: string, send: (id: string, brief: string, commandId: string) => Promise<unknown>, onDone: () => void}} props
 */
function Ask({ title, choice, choices: { list: options, problem: unknown }, none, words, max, label, icon, testid, send, onDone }) {
  const { session } = useCall();
  const { fields: { who, brief }, set, clear } = useTyped(`${testid} ${session.sessionId}`, { who: "", brief: "" });
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const chosen = (options?.some((one) => one.value === who) ? who : options?.[0]?.value) ?? "";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!chosen || busy) return;
    setBusy(true);
    setProblem("");
    try {
      await send(chosen, brief.trim(), set({ who: chosen }));
      clear();
      onDone();
    } catch (error) {
      const key = WORDS[problemCode(error)];
      setProblem(key ? t(key) : problemWords(error));
    }
    setBusy(false);
  };
  if (options?.length === 0) return html`<section><h3>${title}</h3><p class="muted">${none}</p></section>`;
  return html`<section><h3>${title}</h3><form class="invite-form" onSubmit=${submit}>
    <${Select} label=${choice} value=${chosen} options=${options ?? []} onChange=${(/** @type {string} */ id) => set({ who: id })} testid=${`${testid}-who`} />
    <${Field} label=${words} value=${brief} onInput=${(/** @type {string} */ text) => set({ brief: text })} maxlength=${max} autocomplete="off" testid=${`${testid}-brief`} />
    <${Button} kind="primary" type="submit" icon=${icon} label=${label} busy=${busy} disabled=${!chosen} testid=${testid} />
    ${unknown && html`<${Banner} kind="warn">${unknown}</${Banner}>`}
    ${problem && html`<${Banner} kind="urgent" testid=${`${testid}-problem`}>${problem}</${Banner}>`}
  </form></section>`;
}

export function HelpDialog() {
  const { session, view } = useCall();
  const close = () => { view.dialog.value = null; };
  const scene = session.state.value?.scene;
  const leads = scene?.lead === session.me.value?.id || scene?.lead === null; // Nobody leads any more: whoever is here may.
  const specialities = useChoices("/on-call", ({ specialities: all }) => /** @type {any[]} */ (all).map((one) => ({ value: one.id, label: `${one.name} (${t("scene.on_call", { count: one.on_call.length - (one.mine ? 1 : 0) })})` })));
  const colleagues = useChoices(`/sessions/${session.sessionId}/colleagues`, ({ colleagues: all }) => /** @type {any[]} */ (all).map((one) => ({ value: one.user_id, label: `${one.name}, ${t(`role.${one.role}`)}${one.in_call ? ` (${t("oncall.in_call")})` : one.online ? ` (${t("oncall.online")})` : ""}` })));
  const page = (/** @type {string} */ id, /** @type {string} */ brief, /** @type {string} */ commandId) => api.post("/pages", { speciality_id: id, session_id: session.sessionId, brief, command_id: commandId }, { retry: true });
  const offer = (/** @type {string} */ id, /** @type {string} */ brief, /** @type {string} */ commandId) => api.post(`/sessions/${session.sessionId}/handovers`, { to_user_id: id, brief, command_id: commandId }, { retry: true });
  return html`<${Dialog} title=${t("oncall.help")} open=${true} onClose=${close} testid="help-dialog" actions=${html`<${Button} label=${t("common.cancel")} onClick=${close} />`}>
    <${Ask} title=${t("oncall.call_specialist")} choice=${t("scene.which")} choices=${specialities} none=${t("scene.none")} words=${t("oncall.brief")} max=${300} label=${t("oncall.call_now")} icon="bell-ring" testid="page-now" send=${page} onDone=${close} />
    ${leads && html`<${Ask} title=${t("oncall.hand_over")} choice=${t("oncall.to_whom")} choices=${colleagues} none=${t("oncall.no_colleague")} words=${t("oncall.handover_brief")} max=${500} label=${t("oncall.offer")} icon="user-check" testid="offer-handover" send=${offer} onDone=${close} />`}
  </${Dialog}>`;
}
