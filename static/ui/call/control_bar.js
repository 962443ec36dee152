/** The bar at the bottom. Its order never changes and it never hides; Leave stands apart. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "../components/icon.js";
import { toast } from "../components/toast.js";
import { useCall } from "./context.js";
import { MoreMenu } from "./more_menu.js";

/**
 * @typedef {object} BarButtonProps
 * @property {string} icon
 * @property {string} label the visible words: what it is, and its state
 * @property {string} [action] what a press does, for those who do not see the icon
 * @property {boolean} [off] filled, and says so
 * @property {boolean} [active]
 * @property {"plain" | "danger"} [kind]
 * @property {number} [count] unread
 * @property {string} [countLabel]
 * @property {boolean} [expanded]
 * @property {string} testid
 * @property {() => void} onClick
 */

/** @param {BarButtonProps} props */
export function BarButton({ icon, label, action, off, active, kind = "plain", count = 0, countLabel, expanded, testid, onClick }) {
  const classes = ["bar__button", off && "bar__button--off", active && "bar__button--active", kind === "danger" && "bar__button--danger"].filter(Boolean).join(" ");
  const name = [label, action, count ? countLabel : ""].filter(Boolean).join(". ");
  return html`<button type="button" class=${classes} aria-label=${name} title=${action ?? label} aria-expanded=${expanded === undefined ? undefined : String(expanded)} data-testid=${testid} onClick=${onClick}>
    <span class="bar__icon"><${Icon} name=${icon} size=${22} />${count > 0 && html`<span class="bar__count" data-count=${count > 99 ? "99+" : count}></span>`}</span>
    <span class="bar__label" aria-hidden="true">${label}</span>
  </button>`;
}

/** Says why a device did not start. @param {"microphone" | "camera"} kind @param {string} verdict */
function tellVerdict(kind, verdict) {
  if (verdict !== "ok" && verdict !== "untested") toast(t(`call.device_${kind}_${verdict}`));
}

/** @param {{kind: "microphone" | "camera"}} props */
function DeviceButton({ kind }) {
  const { session } = useCall();
  const { media } = session;
  const on = media[kind].value;
  const toggle = async () => tellVerdict(kind, await (kind === "microphone" ? media.toggleMicrophone() : media.toggleCamera()));
  const icons = { microphone: ["mic", "mic-off"], camera: ["video", "video-off"] };
  return html`<${BarButton} icon=${icons[kind][on ? 0 : 1]} off=${!on} label=${t(`call.device_${kind}_${on ? "on" : "off"}`)} action=${t(`call.turn_${kind}_${on ? "off" : "on"}`)}
    testid=${kind === "microphone" ? "toggle-mic" : "toggle-camera"} onClick=${() => void toggle()} />`;
}

function ShareButton() {
  const { session } = useCall();
  const { media } = session;
  if (!media.canShare || !session.can("share_screen")) return null;
  const sharing = media.screenTrack.value !== null;
  return html`<${BarButton} icon=${sharing ? "monitor-off" : "monitor-up"} active=${sharing} label=${t(sharing ? "call.stop_sharing" : "call.share")} testid="share-screen" onClick=${() => void media.toggleScreen()} />`;
}

/** Staff only: ends the call for all, in a few seconds, unless taken back. */
function EndButton() {
  const { session, view } = useCall();
  if (!session.can("end")) return null;
  const end = () => void session.end().catch(() => toast(t("error.unexpected")));
  return html`<${BarButton} icon="phone-off" kind="danger" label=${t("call.end_for_all")} testid="end-session" onClick=${() => view.endSoon(end)} />`;
}

export function ControlBar() {
  const { session, view } = useCall();
  const panel = view.panel.value;
  const unread = session.chat.unread.value;
  const incident = session.state.value?.incident;
  const attention = session.can("admit") ? session.waiting.value.length : 0;
  return html`<div class=${incident ? "bar bar--many" : "bar"} role="toolbar" aria-label=${t("call.bar")}>
    <div class="bar__group">
      ${(!incident || session.as === "staff") && html`<${DeviceButton} kind="microphone" /><${DeviceButton} kind="camera" />`}
      <${ShareButton} />
      <${BarButton} icon="message-square" label=${t("call.chat")} active=${panel === "chat"} expanded=${panel === "chat"} count=${unread} countLabel=${t("call.unread", { count: unread })} testid="open-chat" onClick=${() => view.toggle("chat")} />
      <${BarButton} icon="users" label=${t("call.people")} active=${panel === "people"} expanded=${panel === "people"} count=${attention} countLabel=${t("call.waiting_count", { count: attention })} testid="open-people" onClick=${() => view.toggle("people")} />
      ${incident && html`<${BarButton} icon="map-pin" label=${t("call.incident")} active=${panel === "incident"} expanded=${panel === "incident"} testid="open-incident" onClick=${() => view.toggle("incident")} />`}
      <${MoreMenu} />
    </div>
    <div class="bar__group bar__group--end">
      <${BarButton} icon="log-out" kind=${session.can("end") ? "plain" : "danger"} label=${t("call.leave")} testid="leave" onClick=${() => void session.leave()} />
      <${EndButton} />
    </div>
  </div>`;
}
