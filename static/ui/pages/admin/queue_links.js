/** The walk-in link of a waiting room: made, copied, printed as a QR code for the door, and taken back. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { ListRow } from "../../components/list_row.js";
import { QR } from "../../components/qr.js";
import { toast } from "../../components/toast.js";
import { copyText } from "../../copy_text.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @typedef {import("../../../core/queue_form.js").Queue} Queue */
/** @typedef {{id: string, url: string, qr: string[], created_at: string}} NewLink */

/** Prints the sheet and nothing else of the page: styles/waiting_rooms.css hides the rest while this class is there. */
function printSheet() {
  document.body.classList.add("prints-sheet");
  print();
}

/** @param {{link: NewLink, queue: Queue}} props */
function Made({ link, queue }) {
  useEffect(() => {
    const done = () => document.body.classList.remove("prints-sheet");
    addEventListener("afterprint", done);
    return () => {
      removeEventListener("afterprint", done);
      done();
    };
  }, []);
  const copy = async () => toast(t((await copyText(link.url)) ? "link.copied" : "link.copy_failed"));
  return html`<div class="invite">
    <${Banner} kind="info">${t("admin.link_once")}</${Banner}>
    <div class="sheet-print" data-testid="walk-in-sheet">
      <p class="sheet-print__clinic">${clinicOfPage().name}</p><p class="sheet-print__room">${queue.name}</p>
      <${QR} rows=${link.qr} label=${t("admin.walk_in_qr", { name: queue.name })} testid="walk-in-qr" />
      <p class="sheet-print__how">${t("admin.sheet_how")}</p><p class="sheet-print__url">${link.url}</p>
    </div>
    <div class="invite__link">
      <${Field} label=${t("admin.walk_in_link")} value=${link.url} onInput=${() => {}} readonly=${true} testid="walk-in-link" attributes=${{ onFocus: (/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select() }} />
      <${Button} kind="primary" icon="copy" label=${t("link.copy")} onClick=${copy} /><${Button} icon="printer" label=${t("admin.print")} onClick=${printSheet} testid="print-link" />
    </div>
  </div>`;
}

/** @param {{link: {id: string, created_at: string}, number: number, onRevoke: () => void}} props asks before it takes a link back */
function LinkRow({ link, number, onRevoke }) {
  const [asked, setAsked] = useState(false);
  const acts = asked
    ? html`<${Button} label=${t("common.cancel")} onClick=${() => setAsked(false)} /><${Button} kind="danger" label=${t("admin.revoke_link_sure")} onClick=${onRevoke} testid="revoke-link-sure" />`
    : html`<${Button} label=${t("admin.revoke_link")} onClick=${() => setAsked(true)} testid="revoke-link" attributes=${{ "aria-label": t("admin.revoke_link_named", { number }) }} />`;
  return html`<${ListRow} title=${t("admin.link_number", { number })} meta=${html`<span>${t("admin.link_made")} <${DateTime} at=${link.created_at} /></span>`} end=${acts} testid="walk-in-row" />`;
}

/** @param {{queue: Queue, onChange: () => void, onClose: () => void}} props */
export function QueueLinksDialog({ queue, onChange, onClose }) {
  const [made, setMade] = useState(/** @type {NewLink | null} */ (null));
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const live = queue.links.filter((one) => !one.revoked_at);
  const run = async (/** @type {() => Promise<void>} */ request) => {
    setBusy(true);
    setProblem("");
    try {
      await request();
      onChange();
    } catch (error) {
      setProblem(problemCode(error) === "too_many_links" ? t("admin.fault_too_many_links") : problemWords(error));
    }
    setBusy(false);
  };
  const make = () => run(async () => setMade((await api.post(`/admin/queues/${queue.id}/links`, { command_id: newCommandId() })).link));
  const revoke = (/** @type {string} */ id) => run(async () => {
    await api.post(`/admin/queues/${queue.id}/links/${id}/revoke`);
    if (made?.id === id) setMade(null);
  });
  const actions = html`<${Button} label=${t("common.done")} onClick=${onClose} /><${Button} kind=${made ? "quiet" : "primary"} icon="plus" label=${t("admin.new_link")} busy=${busy} onClick=${() => void make()} testid="new-walk-in-link" />`;
  return html`<${Dialog} title=${t("admin.links_of", { name: queue.name })} open=${true} onClose=${onClose} actions=${actions} testid="links-dialog">
    <p class="muted">${t("admin.links_hint")}</p>
    ${made && html`<${Made} link=${made} queue=${queue} />`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    ${live.length > 0 && html`<ul class="rows card">${live.map((link, index) => html`<${LinkRow} key=${link.id} link=${link} number=${index + 1} onRevoke=${() => void revoke(link.id)} />`)}</ul>`}
  </${Dialog}>`;
}
