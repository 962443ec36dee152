/**
 * What dialog and sheet share: the platform's <dialog> in the top layer. It keeps focus inside, closes on Escape,
 * and gives focus back to where it was when it opened.
 */
import { useLayoutEffect, useRef } from "../../vendor/preact.js";

/**
 * Whether the press is on the dialog itself (its scroll bar) and not on the backdrop, which counts as the same element.
 * @param {Element | null} dialog
 * @param {PointerEvent} event
 */
function contains(dialog, event) {
  const box = dialog?.getBoundingClientRect();
  if (!box) return false;
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}

/**
 * @param {boolean} open
 * @param {() => void} onClose asked for by Escape or a press on the backdrop
 * @returns {{ref: import("../../vendor/preact.js").RefObject<HTMLDialogElement | null>, onCancel: (event: Event) => void, onPointerDown: (event: PointerEvent) => void}}
 */
export function useModal(open, onClose) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // With the drawing itself: a key or a tap right after the one that opened it must not go to the page behind.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!open || !dialog) return undefined;
    const before = dialog.ownerDocument.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => {
      dialog.close();
      // Safari before 17 does not give focus back by itself.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    if (event.target === ref.current && !contains(ref.current, event)) onClose();
  };
  return { ref, onCancel, onPointerDown };
}
