/** What the clinic wrote after visits, newest first. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { moment } from "./words.js";

/** More are shown when asked for, or when more are new: what is sent to Home counts as read. */
const SHOWN = 3;

/** @param {{messages: import("./types.js").Message[]}} props */
export function Messages({ messages }) {
  const [all, setAll] = useState(false);
  const least = useRef(SHOWN);
  least.current = Math.max(least.current, messages.filter((one) => one.new).length);
  if (!messages.length) return null;
  const shown = all ? messages : messages.slice(0, least.current);
  return html`<section class="card card--padded home__card" aria-labelledby="messages" data-testid="home-messages">
    <h2 id="messages">${t("home.messages")}</h2>
    <ul class="home__list">${shown.map((message) => html`<li key=${message.id}><p class="letter__body">${message.body}</p><p class="muted">${t("home.message_from", { name: message.by, when: moment(message.at) })}</p></li>`)}</ul>
    ${messages.length > shown.length && html`<${Button} label=${t("home.all_messages", { n: messages.length })} onClick=${() => setAll(true)} />`}
  </section>`;
}
