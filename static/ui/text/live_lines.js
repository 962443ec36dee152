/** What others are writing now, letter by letter, with a cursor. Screen readers announce the finished line, as a message, not its letters. */
import { html } from "../../vendor/preact.js";
import { LOST } from "../../core/live_text/edits.js";
import { t } from "../../core/i18n.js";
import { useCall } from "../call/context.js";
import { personName } from "../call/words.js";

/** @typedef {import("../../core/live_text/lines.js").LiveLine} LiveLine */

/** @param {LiveLine} line @param {readonly import("../../core/messages.js").Participant[]} people */
function writerName(line, people) {
  const person = people.find((one) => one.id === line.participantId);
  return person ? personName(person) : t("text.team");
}

/** @param {{line: LiveLine, name: string}} props */
function Line({ line, name }) {
  return html`<li class="live-line" data-testid="live-line" data-participant=${line.participantId} data-lost=${String(line.lost)}>
    <p class="live-line__who">${t("text.writes", { name })}</p>
    <p class="live-line__text" dir="auto"><bdi>${line.text}</bdi>${line.lost ? html`<span class="live-line__lost" role="img" aria-label=${t("text.lost")} title=${t("text.lost")}>${LOST}</span>` : html`<span class="live-line__cursor" aria-hidden="true"></span>`}</p>
  </li>`;
}

/** @returns {LiveLine[]} lines with something to see */
export function useLiveLines() {
  const { session } = useCall();
  return (session.text.value?.lines.value ?? []).filter((line) => line.text.trim());
}

export function LiveLines() {
  const { session } = useCall();
  const lines = useLiveLines();
  const people = session.state.value?.participants ?? [];
  if (!lines.length) return null;
  return html`<ul class="live-lines" aria-label=${t("text.live_lines")} aria-live="off">${lines.map((line) => html`<${Line} key=${line.participantId} line=${line} name=${writerName(line, people)} />`)}</ul>`;
}
