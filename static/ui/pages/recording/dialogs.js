/** The dialogs of the page; one at a time. */
import { html } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { toast } from "../../components/toast.js";
import { keepFocus } from "./keep_focus.js";
import { KeysDialog } from "./keys.js";
import { MarkerDialog } from "./marker_dialog.js";
import { ReasonDialog } from "./reason_dialog.js";
import { useReview } from "./review.js";

/** @typedef {import("./review.js").Review} Review */
/** @typedef {{title: string, text: string, act: string, danger: boolean, ends?: boolean, done: string, run: (review: Review, reason: string) => Promise<unknown>}} Asking keys of the words, and what happens */

/** The zip comes once, from an address of its own; the browser saves it. @param {Review} review @param {string} reason */
async function download(review, reason) {
  const { export_id: id } = await api.post(`${review.path}/export`, { reason });
  const link = document.createElement("a");
  link.href = `/api/v1${review.path}/exports/${id}`;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** @param {Review} review @param {"keep" | "destroy"} decision @param {string} reason */
const decide = (review, decision, reason) => api.post(`${review.path}/decide`, { decision, reason });

/** @type {Record<string, Asking>} */
const ASKING = {
  download: { title: "review.download_title", text: "review.download_text", act: "review.download", danger: false, done: "review.download_begins", run: download },
  hold: { title: "review.hold_title", text: "review.hold_text", act: "review.hold", danger: false, done: "review.now_held", run: (review, reason) => api.post(`${review.path}/hold`, { hold: true, reason }) },
  release: { title: "review.release_title", text: "review.release_text", act: "review.release", danger: false, done: "review.now_released", run: (review, reason) => api.post(`${review.path}/hold`, { hold: false, reason }) },
  erase: { title: "review.erase_title", text: "review.erase_text", act: "review.erase_ask", danger: true, done: "review.erase_is_asked", run: (review, reason) => api.post(`${review.path}/erase`, { reason }) },
  keep: { title: "review.keep_title", text: "review.keep_text", act: "review.keep", danger: false, done: "review.now_kept", run: (review, reason) => decide(review, "keep", reason) },
  destroy: { title: "review.destroy_title", text: "review.destroy_text", act: "review.destroy", danger: true, ends: true, done: "review.now_destroyed", run: (review, reason) => decide(review, "destroy", reason) },
};

/** The second person agrees: nothing to write, but one must mean it. @type {Asking} */
const CONFIRM = { title: "review.confirm_title", text: "review.confirm_text", act: "review.erase_confirm", danger: true, ends: true, done: "review.now_erased", run: (review) => api.post(`${review.path}/erase/confirm`, {}) };

/** What is asked here may be undone nowhere: after it the page shows what the server says. @param {Review} review @param {Asking} asking @param {string} reason */
async function act(review, asking, reason) {
  await asking.run(review, reason);
  review.dialog.value = null;
  toast(t(asking.done));
  if (asking.ends) review.erased();
  else await review.renew();
  keepFocus();
}

export function Dialogs() {
  const review = useReview();
  const open = review.dialog.value;
  const close = () => { review.dialog.value = null; };
  if (!open) return null;
  if (open.name === "keys") return html`<${KeysDialog} />`;
  if (open.name === "marker") return html`<${MarkerDialog} key=${open.marker?.id ?? "new"} marker=${open.marker} fields=${open.fields} />`;
  const name = open.name === "hold" && review.recording.value.hold ? "release" : open.name;
  const asking = open.name === "confirm_erase" ? CONFIRM : ASKING[name];
  if (!asking) return null;
  return html`<${ReasonDialog} key=${name} about=${review.path} name=${name} title=${t(asking.title)} text=${t(asking.text)} action=${t(asking.act)} danger=${asking.danger} withReason=${asking !== CONFIRM}
    onClose=${close} onDone=${(/** @type {string} */ reason) => act(review, asking, reason)} />`;
}
