/** A question or fact of the recording over the stage: beside the pictures on a large screen, a sheet below them on a phone. Never modal: people talk on. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useElementId } from "../../components/element_id.js";

/** @param {Element | null} focused @returns {boolean} nobody is doing anything with the keyboard */
function isIdle(focused) {
  return focused === null || focused === document.body;
}

/**
 * Takes the focus where it is nowhere, or where a press asked for the card; gives it back when the card goes with it.
 * @param {boolean} wanted
 */
function useCardFocus(wanted) {
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    if (wanted || isIdle(before)) /** @type {HTMLElement | null | undefined} */ (card.current?.querySelector("h2"))?.focus({ preventScroll: true });
    const element = card.current;
    return () => {
      if (!element?.contains(document.activeElement) && !isIdle(document.activeElement)) return;
      const mark = document.querySelector('[data-testid="recording-mark"]');
      const back = before instanceof HTMLElement && before.isConnected && !isIdle(before) ? before : mark;
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return card;
}

/**
 * @param {{title: string, children?: unknown, actions?: unknown, onClose?: () => void, closeLabel?: string, urgent?: boolean, focus?: boolean, testid?: string}} props
 *   `focus`: the person asked for it
 */
export function Card({ title, children, actions, onClose, closeLabel, urgent = false, focus = false, testid }) {
  const id = useElementId("card");
  const card = useCardFocus(focus);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !onClose) return;
    event.stopPropagation();
    onClose();
  };
  return html`<section class=${urgent ? "rec-card rec-card--urgent" : "rec-card"} ref=${card} role="group" aria-labelledby=${id} data-testid=${testid} onKeyDown=${onKeyDown}>
    <div class="rec-card__head"><h2 id=${id} tabindex="-1">${title}</h2>${onClose && html`<${Button} kind="icon" icon="x" label=${closeLabel ?? t("component.close")} onClick=${onClose} />`}</div>
    <div class="rec-card__body">${children}</div>
    ${actions && html`<div class="rec-card__acts">${actions}</div>`}
  </section>`;
}
