/** Entry of /call/<session id>: takes the seat, then mounts the stage for staff. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { api } from "../core/api.js";
import { NoteDraft } from "../core/note_draft.js";
import { t } from "../core/i18n.js";
import { Button } from "./components/button.js";
import { Notice } from "./pages/join/notice.js";
import { goToSignIn } from "./pages/return_place.js";
import { takeAdmit } from "./handover.js";
import { guardStaff } from "./identity/guard.js";
import { problemCode, problemWords } from "./problem_words.js";
import { startPage } from "./page.js";
import { mountCall } from "./call/index.js";
import "./call/staff_modules.js";

const sessionId = location.pathname.split("/").filter(Boolean)[1] ?? "";

/** @param {{error: unknown, onAgain: () => void}} props */
function NoSeat({ error, onAgain }) {
  const actions = html`<${Button} kind="primary" large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} onClick=${onAgain} />
    <${Button} large=${true} wide=${true} icon="arrow-left" label=${t("open.back_to_today")} href="/today" />`;
  return html`<${Notice} icon="unplug" kind="warn" title=${t("open.failed_title")} text=${problemWords(error)} code=${problemCode(error)} actions=${actions} call=${false} />`;
}

function staffNote() {
  const path = `/sessions/${sessionId}/note`;
  return new NoteDraft({ read: () => api.get(path), write: (note) => api.put(path, note) });
}

function CallPage() {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [run, setRun] = useState(0);
  useEffect(() => {
    let unmount = () => {};
    let gone = false;
    setError(null);
    api.post(`/sessions/${sessionId}/seat`, {}, { retry: true }).then(() => {
      if (gone || !root.current) return;
      document.body.classList.add("in-call");
      unmount = mountCall(root.current, { sessionId, as: "staff", note: staffNote(), admit: takeAdmit(sessionId), onEnd: () => location.assign("/today") });
    }).catch((reason) => {
      if (problemCode(reason) === "not_signed_in") goToSignIn();
      else setError(reason);
    });
    return () => {
      gone = true;
      unmount();
    };
  }, [run]);
  return html`${error ? html`<${NoSeat} error=${error} onAgain=${() => setRun(run + 1)} />` : null}<div class="stage-root" ref=${root}></div>`;
}

guardStaff();
await startPage(CallPage);
