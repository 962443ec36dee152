/** A crew's way to an incident: the PIN that was told by voice, then the stage with the caller's picture and place. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { Devices } from "../../../core/devices.js";
import { t } from "../../../core/i18n.js";
import { deviceToken } from "../../../core/media_prefs.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useViewFocus } from "../../view_focus.js";
import { tokenOf } from "../join/flow.js";
import { Notice } from "../join/notice.js";

/** Of a PIN. */
const DIGITS = 6;
/** Links that will not open again. */
const OVER = new Set(["link_expired", "link_revoked", "visit_ended", "removed", "ended"]);

/** @param {unknown} error */
function refusal(error) {
  const code = problemCode(error);
  return code === "wrong_pin" ? t("crew.wrong_pin") : problemWords(error);
}

/** @param {{onOpen: (sessionId: string) => void, onOver: (code: string) => void}} props */
function Pin({ onOpen, onOver }) {
  const heading = useViewFocus(t("crew.title"), { focus: false });
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const open = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (pin.length !== DIGITS || busy) return;
    setBusy(true);
    setProblem("");
    try {
      onOpen((await api.post("/crews/open", { token: tokenOf(location.hash) ?? "", pin, device: deviceToken() })).session_id);
    } catch (error) {
      const code = problemCode(error);
      if (OVER.has(code) || code === "pin_locked" || code === "link_unknown") onOver(code);
      setProblem(refusal(error));
      setPin("");
    }
    setBusy(false);
  };
  const attributes = { inputmode: "numeric", pattern: "[0-9]*" };
  return html`<form class="page page--narrow" onSubmit=${open} data-testid="crew-door">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("crew.title")}</h1><p class="page__lead">${t("crew.lead")}</p></div>
    <${Field} label=${t("crew.pin")} value=${pin} maxlength=${DIGITS} autocomplete="off" onInput=${(/** @type {string} */ text) => setPin(text.replace(/\D/g, ""))} error=${problem || undefined} attributes=${attributes} testid="crew-pin-field" />
    <${Button} kind="primary" large=${true} wide=${true} type="submit" icon="eye" label=${t("crew.open")} busy=${busy} disabled=${pin.length !== DIGITS} testid="crew-open" />
  </form>`;
}

/** @param {{sessionId: string, onEnd: (reason: string) => void}} props */
function Watching({ sessionId, onEnd }) {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    let unmount = () => {};
    let gone = false;
    document.body.classList.add("in-call");
    void import("../../call/index.js").then(({ mountCall }) => {
      // Devices that are never opened: a crew sends nothing, and is not asked.
      if (!gone && root.current) unmount = mountCall(root.current, { sessionId, as: "seat", watches: true, devices: new Devices(), onEnd: (reason) => onEnd(reason ?? "elsewhere") });
    }, () => onEnd("unreachable"));
    return () => {
      gone = true;
      unmount();
      document.body.classList.remove("in-call");
    };
  }, [sessionId]);
  return html`<div class="stage-root" ref=${root}></div>`;
}

/** @param {{code: string, onAgain: () => void}} props */
function Over({ code, onAgain }) {
  const key = code === "pin_locked" ? "locked" : code === "left" || code === "elsewhere" || code === "unreachable" ? "left" : code === "link_unknown" ? "unknown" : "over";
  const actions = key === "left" && html`<${Button} kind="primary" large=${true} wide=${true} label=${t("crew.again")} onClick=${onAgain} testid="crew-again" />`;
  return html`<${Notice} icon=${key === "over" ? "circle-check" : "lock"} title=${t(`crew.${key}_title`)} text=${t(`crew.${key}_text`)} code=${code} actions=${actions} testid="crew-over" />`;
}

export function Crew() {
  const [sessionId, setSessionId] = useState("");
  const [over, setOver] = useState(tokenOf(location.hash) ? "" : "link_unknown");
  if (over) return html`<${Over} code=${over} onAgain=${() => { setSessionId(""); setOver(""); }} />`;
  return sessionId ? html`<${Watching} sessionId=${sessionId} onEnd=${setOver} />` : html`<${Pin} onOpen=${setSessionId} onOver=${setOver} />`;
}
