/** The pictures of this call, newest first: what came, what is coming, and what did not come. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { ask } from "../person_actions.js";
import { useCall } from "../context.js";
import { stillsAt } from "./desk.js";
import { PictureDialog } from "./picture_dialog.js";
import { faultWords } from "./words.js";

/** @typedef {import("../../../core/messages.js").Still} Still */

/** @param {Still} still @param {number | undefined} part */
function stateWords(still, part) {
  if (still.state === "asked") return t("still.state_asked");
  if (still.state === "sending") return t("still.state_sending", { percent: Math.floor((part ?? 0) * 100) });
  return still.state === "declined" ? t("still.declined") : t("still.state_refused", { why: faultWords(still.fault) });
}

/** @param {{still: Still, name: string}} props something that is no picture yet, or never will be */
function Coming({ still, name }) {
  const { session } = useCall();
  const open = still.state === "asked" || still.state === "sending";
  const off = () => void ask(session, "still_cancel", { still_id: still.id });
  return html`<li class="still still--open" data-testid="still-coming" data-state=${still.state}>
    ${still.thumbnail ? html`<img src="${stillsAt(session.sessionId)}/${still.id}/thumbnail" alt=${t("still.thumbnail", { number: still.number, name })} />` : html`<span class="still__mark"><${Icon} name="camera" /></span>`}
    <span class="still__words"><b>${name}</b> ${stateWords(still, session.stillProgress.value[still.id])}</span>
    ${open && session.can("still") && html`<${Button} kind="icon" icon="x" label=${t("still.cancel_of", { name })} onClick=${off} testid="still-call-off" />`}
  </li>`;
}

/** States of a still that somebody waits for. */
const OPEN = new Set(["asked", "sending"]);
/** What somebody is doing who must not be disturbed: an open dialog, a text being written. */
const AT_WORK = "dialog[open], :is(input, textarea, [contenteditable]):focus";

/**
 * In an emergency one who asked for a picture waits for it: it opens when it comes, unless the person is at something else.
 * @param {readonly Still[]} stills @param {(id: string) => void} show
 */
function useAnswer(stills, show) {
  const { session } = useCall();
  const before = useRef(/** @type {Map<string, string> | null} */ (null));
  useEffect(() => {
    const known = before.current;
    before.current = new Map(stills.map((one) => [one.id, one.state]));
    const state = session.state.value;
    if (!known || state?.session.kind !== "urgent" || state.frame || document.querySelector(AT_WORK)) return;
    const mine = stills.find((one) => one.state === "kept" && one.asked_by === session.me.value?.name && OPEN.has(known.get(one.id) ?? ""));
    if (mine) show(mine.id);
  }, [stills]);
}

/** @param {{stills: readonly Still[]}} props */
export function Strip({ stills }) {
  const { session } = useCall();
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  useAnswer(stills, setOpen);
  if (!stills.length) return null;
  const people = new Map((session.state.value?.participants ?? []).map((one) => [one.id, one.name]));
  const nameOf = (/** @type {Still} */ still) => people.get(still.participant_id) || t("still.somebody");
  const shown = stills.find((one) => one.id === open && one.state === "kept");
  return html`<ul class="still-strip" aria-label=${t("still.strip")} data-testid="still-strip">
    ${stills.map((still) => still.state !== "kept" ? html`<${Coming} key=${still.id} still=${still} name=${nameOf(still)} />` : html`<li class="still" key=${still.id}>
      <button type="button" class="still__open" onClick=${() => setOpen(still.id)} data-testid="still-open" aria-label=${t("still.open", { number: still.number, name: nameOf(still) })}>
        ${still.thumbnail ? html`<img src="${stillsAt(session.sessionId)}/${still.id}/thumbnail" alt="" />` : html`<span class="still__mark"><${Icon} name="camera" /></span>`}
      </button></li>`)}
    ${shown && html`<${PictureDialog} still=${shown} name=${nameOf(shown)} at="${stillsAt(session.sessionId)}/${shown.id}" may=${{ erase: session.can("still") }} onClose=${() => setOpen(null)} />`}
  </ul>`;
}
