/** Writing to somebody who waits, without answering: a few lines both can read, and phrases for hurried moments. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../../vendor/preact.js";
import { clockTime, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Skeleton } from "../../components/skeleton.js";
import { useTyped } from "../../use_typed.js";
import { deskWords, nameOf } from "./desk.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{id: string, name: string, body: string, at: string, mine: boolean}} Line `mine`: from the clinic */

const PHRASES = ["soon", "documents", "near"];
const MAX_BODY = 4000;

/** The lines so far, read anew when there is another one. @param {Desk} desk @param {EntryRow} entry */
function useLines(desk, entry) {
  const [lines, setLines] = useState(/** @type {Line[] | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let shown = true;
    desk.command("queue_read", { entry_id: entry.id }).then(
      ({ messages }) => { if (shown) setLines(messages); },
      (error) => { if (shown) setProblem(deskWords(error)); },
    );
    return () => { shown = false; };
  }, [entry.id, entry.last_line?.at]);
  const add = (/** @type {Line} */ line) => setLines((before) => [...(before ?? []).filter((one) => one.id !== line.id), line]);
  return { lines, problem, add, setProblem };
}

/** @param {{lines: Line[] | null}} props */
function Lines({ lines }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [lines?.length]);
  if (!lines) return html`<div class="lines" aria-busy="true"><${Skeleton} width="70%" /><${Skeleton} width="50%" /></div>`;
  if (!lines.length) return html`<p class="muted">${t("queues.no_lines")}</p>`;
  return html`<div class="lines" ref=${list} role="log" aria-label=${t("queues.lines")} tabindex="0"><ol>${lines.map((line) => html`<li key=${line.id} class=${line.mine ? "line line--mine" : "line"} data-testid="queue-line">
    <p class="line__who">${line.name} <time datetime=${line.at}>${clockTime(line.at)}</time></p><p class="line__body" dir="auto">${line.body}</p></li>`)}</ol></div>`;
}

/** @param {{entry: EntryRow, now: EntryRow | null, desk: Desk}} props */
export function MessageDialog({ entry, now, desk }) {
  const { lines, problem, add, setProblem } = useLines(desk, now ?? entry);
  const { fields: { text }, set, commandId, clear } = useTyped(`queue-message ${entry.id}`, { text: "" }); // One command for each text: sent again after a cut, it is written once.
  const setText = (/** @type {string} */ words) => set({ text: words });
  const [busy, setBusy] = useState(false);
  const gone = !now;
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = text.trim();
    if (!body || busy || gone) return;
    setBusy(true);
    setProblem("");
    try {
      const { message } = await desk.command("queue_message", { entry_id: entry.id, body }, { commandId });
      add({ ...message, mine: true });
      clear();
    } catch (error) {
      setProblem(deskWords(error));
    }
    setBusy(false);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void send(event);
  };
  return html`<${Dialog} title=${t("queues.message_title", { name: nameOf(entry) })} open=${true} onClose=${desk.close} testid="message-dialog">
    <${Lines} lines=${lines} />
    ${gone && html`<${Banner} kind="info">${t("queues.gone", { name: nameOf(entry) })}</${Banner}>`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    <form class="form" onSubmit=${send}>
      <${Field} label=${t("queues.message")} hint=${t("queues.message_hint")} value=${text} onInput=${setText} multiline=${true} rows=${2} maxlength=${MAX_BODY} testid="queue-text" attributes=${{ onKeyDown }} />
      <div class="phrases" role="group" aria-label=${t("queues.phrases")}>${PHRASES.map((one) => html`<${Button} key=${one} kind="plain" label=${t(`queues.phrase_${one}`)} onClick=${() => setText(t(`queues.phrase_${one}`))} testid=${`phrase-${one}`} />`)}</div>
      <div class="dialog__buttons"><${Button} label=${t("component.close")} onClick=${desk.close} /><${Button} kind="primary" type="submit" icon="send" label=${t("queues.send")} busy=${busy} disabled=${gone || !text.trim()} testid="queue-send" /></div>
    </form>
  </${Dialog}>`;
}
