/** What there is of oneself in a recording, and the way out of it. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { WithdrawDialog } from "./dialog.js";
import { actWord, mayChoose } from "./words.js";

/** @typedef {import("./words.js").Part} Part */

/** @param {{path: string, part: Part, textVersion: string, onChange: (part: Part) => void}} props `path`: of the request that withdraws */
export function OwnPart({ path, part, textVersion, onChange }) {
  const [open, setOpen] = useState(false);
  const line = useRef(/** @type {HTMLElement | null} */ (null));
  const said = useRef(false);
  useEffect(() => {
    if (open || !said.current) return;
    said.current = false;
    line.current?.focus(); // the button may be gone, and what it led to stands here
  }, [open, part]);
  if (part === "none") return null;
  const done = (/** @type {Part} */ next) => {
    said.current = true;
    onChange(next);
  };
  return html`<div class="own-part"><p ref=${line} tabindex="-1" data-testid="own-part" data-part=${part}>${t(`withdraw.part_${part}`)}</p>
    ${mayChoose(part) && html`<${Button} kind=${part === "owed" ? "quiet" : "plain"} label=${actWord(part)} onClick=${() => setOpen(true)} testid="withdraw" />`}
    ${open && html`<${WithdrawDialog} path=${path} part=${part} textVersion=${textVersion} onClose=${() => setOpen(false)} onDone=${done} />`}</div>`;
}
