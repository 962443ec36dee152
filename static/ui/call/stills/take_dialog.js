/** Taking a picture: look, take, see it, take it again or send it. Nothing leaves the device before "Send". */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { kindOf } from "../../../core/stills/kind.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { useElementId } from "../../components/element_id.js";
import { useCall } from "../context.js";
import { send, taking } from "./desk.js";
import { takeStill } from "./take.js";
import { faultWords, megabytes } from "./words.js";

/** @typedef {{blob: Blob, url: string, kind: string}} Taken */

/** What the camera sees. @param {{track: MediaStreamTrack}} props */
function Live({ track }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useEffect(() => {
    if (video.current) video.current.srcObject = new MediaStream([track]);
    return () => { if (video.current) video.current.srcObject = null; };
  }, [track]);
  return html`<video class="still-view" ref=${video} autoplay playsinline muted aria-label=${t("still.live")}></video>`;
}

/** Of the device's own camera or its pictures. @param {{onFile: (file: File) => void}} props */
function FromDevice({ onFile }) {
  const id = useElementId("still-file");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const changed = () => {
    const file = input.current?.files?.[0];
    if (file) onFile(file);
    if (input.current) input.current.value = "";
  };
  return html`<input class="visually-hidden" id=${id} ref=${input} type="file" accept="image/*" capture="environment" tabindex="-1" aria-hidden="true" onChange=${changed} data-testid="still-file" />
    <${Button} icon="smartphone" label=${t("still.from_device")} onClick=${() => input.current?.click()} testid="still-from-device" />`;
}

/** @param {{stillId: string | null}} props */
export function TakeDialog({ stillId }) {
  const { session } = useCall();
  const track = session.media.camera.value ? session.devices.tracks.camera : null;
  const [taken, setTaken] = useState(/** @type {Taken | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  useEffect(() => () => { if (taken) URL.revokeObjectURL(taken.url); }, [taken]);
  const accept = async (/** @type {Blob | null} */ blob) => {
    if (!blob) return setFault(t("still.no_camera"));
    const found = await kindOf(blob);
    if ("fault" in found) return setFault(faultWords(found.fault));
    setFault("");
    return setTaken({ blob, kind: found.kind, url: URL.createObjectURL(blob) });
  };
  const take = async () => {
    setBusy(true);
    await accept(await takeStill(track));
    setBusy(false);
  };
  const close = () => { taking.value = null; };
  const go = () => {
    if (!taken) return;
    close();
    void send(session, taken.blob, taken.kind, stillId);
  };
  const before = html`${track && html`<${Button} kind="primary" large=${true} icon="camera" label=${t("still.take")} busy=${busy} onClick=${take} testid="still-shoot" />`}<${FromDevice} onFile=${accept} />`;
  const after = html`<${Button} kind="primary" large=${true} icon="send" label=${t("still.send")} onClick=${go} testid="still-send" /><${Button} icon="undo-2" label=${t("still.again")} onClick=${() => setTaken(null)} testid="still-retake" />`;
  return html`<${Dialog} title=${t("still.dialog_title")} open=${true} wide=${true} onClose=${close} actions=${taken ? after : before} testid="still-dialog">
    ${taken ? html`<img class="still-view" src=${taken.url} alt=${t("still.preview")} data-testid="still-preview" /><p class="muted">${t("still.preview_text", { size: megabytes(taken.blob.size) })}</p>`
      : track ? html`<${Live} track=${track} /><p class="muted">${t("still.live_text")}</p>` : html`<p>${t("still.no_live")}</p>`}
    ${fault && html`<p class="still-fault" role="alert">${fault}</p>`}
  </${Dialog}>`;
}
