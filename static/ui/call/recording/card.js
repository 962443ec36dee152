/** A question or fact of the recording over the stage: beside the pictures on a large screen, a sheet below them on a phone. Never modal: people talk on. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useElementId } from "../../components/element_id.js";

/** @param {Element | null} focused @returns {boolean} nobody is doing anything with the keyboard */
export function isIdle(focused) {
  return focused === null || focused === document.body;
}

/**
 * Takes the focus where it is nowhere, or where a press asked for the card; gives it back when the card goes with it.
 * @param {boolean} wanted
 */
function useCardFocus(wanted) {
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  /** Put away by the keyboard: the focus goes on where the card can be brought back. */
  const escaped = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    if (wanted || isIdle(before)) /** @type {HTMLElement | null | undefined} */ (card.current?.querySelector("h2"))?.focus({ preventScroll: true });
    const element = card.current;
    return () => {
      // Gone already, the card leaves the focus nowhere.
      if (!isIdle(document.activeElement) && !element?.contains(document.activeElement)) return;
      const back = isIdle(before) ? escaped.current && document.querySelector('[data-testid="recording-mark"]') : before;
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    };
  }, []);
  return { card, escaped };
}

/**
 * @param {{title: string, children?: unknown, actions?: unknown, onClose?: () => void, closeLabel?: string, urgent?: boolean, focus?: boolean, testid?: string}} props
 *   `focus`: the person asked for it
 */
export function Card({ title, children, actions, onClose, closeLabel, urgent = false, focus = false, testid }) {
  const id = useElementId("card");
  const { card, escaped } = useCardFocus(focus);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !onClose) return;
    event.stopPropagation();
    escaped.current = true;
    onClose();
  };
  return html`<section class=${urgent ? "rec-card rec-card--urgent" : "rec-card"} ref=${card} role="group" aria-labelledby=${id} data-testid=${testid} onKeyDown=${onKeyDown}>
    <div class="rec-card__head"><h2 id=${id} tabindex="-1">${title}</h2>${onClose && html`<${Button} kind="icon" icon="x" label=${closeLabel ?? t("component.close")} onClick=${onClose} />`}</div>
    <div class="rec-card__body">${children}</div>
    ${actions && html`<div class="rec-card__acts">${actions}</div>`}
  </section>`;
}
