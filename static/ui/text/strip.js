/** Over the stage, while the chat is closed: what others are writing, so that nobody has to look for it. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { useCall } from "../call/context.js";
import { LiveLines, useLiveLines } from "./live_lines.js";

export function LiveStrip() {
  const { view } = useCall();
  const lines = useLiveLines();
  const writing = lines.length > 0;
  const [said, setSaid] = useState(false);
  const before = useRef(false);
  useEffect(() => {
    if (writing && !before.current) setSaid(true); // Once: what they write is announced when it is finished.
    before.current = writing;
    if (!writing) setSaid(false);
  }, [writing]);
  return html`<p class="visually-hidden" role="status">${said ? t("text.somebody_writes") : ""}</p>
    ${writing && html`<section class="live-strip" aria-label=${t("text.live_lines")} data-testid="live-strip">
      <${LiveLines} /><${Button} icon="message-square" label=${t("text.answer")} onClick=${() => view.show("chat")} testid="live-answer" />
    </section>`}`;
}
