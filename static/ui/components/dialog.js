/** Dialog: a question or a short form that must be answered before going on. */
import { html, useEffect } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "./button.js";
import { useElementId } from "./element_id.js";
import { useModal } from "./modal.js";

/** What one came to fill in. Without it the way out has the focus, and Enter would close the form. */
const FIRST_FIELD = ".dialog__body :is(textarea, input:not([type=checkbox], [type=radio], [type=range], [type=file])):not([readonly], [disabled])";

/**
 * @param {{title: string, open: boolean, onClose: () => void, children?: unknown, actions?: unknown, wide?: boolean, testid?: string}} props
 */
export function Dialog({ title, open, onClose, children, actions, wide, testid }) {
  const id = useElementId("dialog");
  const { ref, onCancel, onPointerDown } = useModal(open, onClose);
  useEffect(() => {
    if (open) /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector(FIRST_FIELD))?.focus();
  }, [open]);
  if (!open) return null;
  return html`<dialog class=${wide ? "dialog dialog--wide" : "dialog"} ref=${ref} aria-labelledby=${id} data-testid=${testid}
    onCancel=${onCancel} onPointerDown=${onPointerDown}>
    <div class="dialog__head">
      <h2 id=${id}>${title}</h2>
      <${Button} kind="icon" icon="x" label=${t("component.close")} onClick=${onClose} />
    </div>
    <div class="dialog__body">${children}</div>
    ${actions && html`<div class="dialog__actions">${actions}</div>`}
  </dialog>`;
}
