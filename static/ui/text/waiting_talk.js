/** While waiting: write with the team, and say what talking with one takes. Uses the call that is being made ready. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { ChatPanel } from "../call/chat_panel.js";
import { CallContext } from "../call/context.js";
import { ViewState } from "../call/view_state.js";
import { OwnNeeds } from "../needs/own_needs.js";

/** @typedef {import("../../core/call_session.js").CallSession} CallSession */

/** @param {{session: CallSession}} props */
export function WaitingTalk({ session }) {
  const parts = { session, view: new ViewState(session), onEnd: () => {} };
  return html`<div class="card waiting__needs"><${OwnNeeds} said=${session.me.value?.needs ?? []} tell=${(/** @type {string[]} */ needs) => session.command("needs", { needs })} /></div>
    ${session.can("chat") && html`<section class="card waiting__talk" aria-labelledby="talk-title" data-testid="waiting-talk"><h2 id="talk-title">${t("text.waiting_title")}</h2><p class="muted">${t("text.waiting_hint")}</p>
      <${CallContext.Provider} value=${parts}><${ChatPanel} focus=${false} /></${CallContext.Provider}></section>`}`;
}
