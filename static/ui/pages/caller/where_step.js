/** The position: the browser's question is open, or it was answered with no, or not at all. There is always another way. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { useViewFocus } from "../../view_focus.js";
import { Code } from "./head.js";
import { browserFamily } from "./flow.js";
import { CallBack } from "./call_back.js";
import { PromptPicture } from "./prompt_picture.js";

/** @typedef {import("./caller.js").Caller} Caller */

/** As the server takes it. */
const LONGEST_PLACE = 200;

/** A place in words: for those who cannot or will not share it. @param {{caller: Caller, primary: boolean}} props */
export function TypedPlace({ caller, primary }) {
  const [text, setText] = useState("");
  const [state, setState] = useState(/** @type {"" | "sending" | "sent" | "failed"} */ (""));
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim() || state === "sending") return;
    setState("sending");
    setState((await caller.sayPlace(text.trim())) ? "sent" : "failed");
  };
  return html`<form class="typed-place" onSubmit=${send}>
    <${Field} label=${t("caller.place_label")} hint=${t("caller.place_hint")} value=${text} maxlength=${LONGEST_PLACE} autocomplete="street-address" onInput=${setText} testid="place-text"
      error=${state === "failed" ? t("caller.not_sent") : undefined} />
    <${Button} kind=${primary ? "primary" : "quiet"} large=${true} wide=${true} type="submit" icon="send" label=${t("caller.place_send")} busy=${state === "sending"} disabled=${!text.trim()} testid="place-send" />
    <p role="status">${state === "sent" ? t("caller.place_sent") : ""}</p>
  </form>`;
}

/** @param {{what: "where" | "camera" | "microphone"}} props how this browser is told to allow it after all */
export function HowToAllow({ what }) {
  return html`<div class="how-to" data-testid="how-to-allow"><h2>${t("caller.how_title")}</h2><p>${t(`caller.how_${browserFamily(navigator.userAgent)}_${what}`)}</p></div>`;
}

/** @param {{caller: Caller}} props */
function Asking({ caller }) {
  const late = caller.whereState.value === "unanswered";
  return html`<div class="caller-page__say"><p>${t("caller.where_asking")}</p></div>
    <${PromptPicture} wish="where" />
    ${late && html`<${Banner} kind="info" testid="where-unanswered">${t("caller.unanswered")}</${Banner}>`}`;
}

/** @param {{caller: Caller}} props */
export function WhereStep({ caller }) {
  const heading = useViewFocus(t("caller.where_title"));
  const state = caller.whereState.value;
  const asking = state === "asking" || state === "unanswered" || state === "before";
  const stuck = !asking && state !== "dismissed";
  return html`<div class="caller-page" data-testid="caller-where" data-state=${state}>
    <h1 ref=${heading} tabindex="-1">${t("caller.where_title")}</h1>
    ${asking ? html`<${Asking} caller=${caller} />` : html`<p role="alert">${t(`caller.where_${state}`)}</p>`}
    ${state === "refused" && html`<${HowToAllow} what="where" />`}
    ${(!asking || state === "unanswered") && html`<div class="caller-page__act">
      ${state !== "none" && html`<${Button} kind=${stuck ? "quiet" : "primary"} large=${true} wide=${true} icon="map-pin" label=${t("caller.ask_again")} onClick=${() => caller.where.ask()} testid="where-again" />`}
      <${TypedPlace} caller=${caller} primary=${stuck} />
      <${Button} large=${true} wide=${true} label=${t("caller.go_on")} icon="arrow-right" onClick=${() => caller.skip("where")} testid="where-skip" />
      <${CallBack} caller=${caller} />
    </div>`}
    <${Code} code=${caller.code.value} />
  </div>`;
}
