/** Figures for support, copyable. No names, no addresses. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";
import { useCall } from "./context.js";
import { QualityFigures } from "./staff_parts.js";

/** @typedef {import("../../core/call_session.js").CallSession} CallSession */

function scriptErrors() {
  try {
    return sessionStorage.getItem("telemed-script-errors") ?? "0";
  } catch {
    return "?";
  }
}

/** In words, which way the media goes: by UDP, by TCP, or over a relay. @param {string} path of a sample @returns {string} */
function wayOf(path) {
  const [protocol, kind] = path.split(" ");
  if (!protocol) return "-";
  return t(kind === "relay" ? "call.way_relayed" : "call.way_direct", { protocol: protocol.toUpperCase() });
}

/** @param {CallSession} session @returns {[string, string][]} */
function facts(session) {
  const { media } = session;
  const reception = media.reception.value;
  const sample = reception?.sample;
  return [
    [t("call.tech_session"), session.sessionId],
    [t("call.tech_signaling"), session.connection.value],
    [t("call.tech_media"), `${media.connection.value} (${media.peer.attempts})`],
    [t("call.tech_path"), wayOf(sample?.path ?? "")],
    [t("call.tech_round_trip"), sample?.rttMs === null || sample?.rttMs === undefined ? "-" : `${sample.rttMs} ms`],
    [t("call.tech_limit"), `${Math.round((session.state.value?.policy.max_video_bitrate ?? 0) / 1000)} kbit/s`],
    [t("call.tech_script_errors"), scriptErrors()],
    [t("call.tech_browser"), navigator.userAgent],
  ];
}

/** @param {CallSession} session @returns {string[][]} */
function lines(session) {
  const reception = session.media.reception.value;
  if (!reception) return [];
  const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(1)} %`;
  const received = [...reception.lines].map(([mid, line]) => [`↓ ${mid} ${line.kind}`, `${Math.round(line.bitrate / 1000)} kbit/s`, line.kind === "video" ? `${line.width}×${line.height} ${Math.round(line.fps)} fps` : percent(line.concealed), percent(line.loss)]);
  const sent = [...reception.sample.outbound.values()].map((line) => [`↑ ${line.mid} ${line.kind}`, "", line.kind === "video" ? `${line.width}×${line.height}` : "", line.limited && line.limited !== "none" ? line.limited : ""]);
  return [...received, ...sent];
}

export function TechnicalPanel() {
  const { session } = useCall();
  const rows = facts(session);
  const table = lines(session);
  const copy = async () => {
    const text = [...rows.map((row) => row.join(": ")), ...table.map((row) => row.join("  "))].join("\n");
    toast(t((await copyText(text)) ? "call.copied" : "call.copy_failed"));
  };
  return html`<div class="technical">
    ${session.can("hold") && html`<${QualityFigures} />`}
    <p class="muted small">${t("call.tech_intro")}</p>
    <dl class="technical__facts">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${table.length > 0 && html`<table class="technical__lines"><caption class="visually-hidden">${t("call.tech_lines")}</caption><tbody>${table.map((row) => html`<tr key=${row[0]}>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`}
    <${Button} icon="copy" label=${t("call.tech_copy")} onClick=${copy} />
  </div>`;
}
