/** Sheet: a dialog that rises from the lower edge of a phone, within a thumb's reach. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "./button.js";
import { useElementId } from "./element_id.js";
import { useModal } from "./modal.js";

/** @param {{title: string, open: boolean, onClose: () => void, children?: unknown, testid?: string}} props */
export function Sheet({ title, open, onClose, children, testid }) {
  const id = useElementId("sheet");
  const { ref, onCancel, onPointerDown } = useModal(open, onClose);
  if (!open) return null;
  return html`<dialog class="sheet" ref=${ref} aria-labelledby=${id} data-testid=${testid} onCancel=${onCancel} onPointerDown=${onPointerDown}>
    <div class="dialog__head">
      <h2 id=${id}>${title}</h2>
      <${Button} kind="icon" icon="x" label=${t("component.close")} onClick=${onClose} />
    </div>
    <div class="dialog__body">${children}</div>
  </dialog>`;
}
