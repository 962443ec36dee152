/** "Next time without a code": one's own passkeys, a further one on this device, and their removal. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";
import { deviceName } from "../../device_name.js";
import { createPasskey, passkeysPossible } from "../../identity/passkeys.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @typedef {import("./types.js").Passkey} Passkey */
/** @typedef {{kind: "info" | "urgent", words: string}} Problem */

/** @param {unknown} error @returns {Problem} */
function problemOf(error) {
  // The browser's own words: a passkey of ours is on this device already; or the person closed its question.
  if (error instanceof DOMException && error.name === "InvalidStateError") return { kind: "info", words: t("home.passkey_there") };
  if (error instanceof DOMException) return { kind: "info", words: t("home.passkey_declined") };
  const code = problemCode(error);
  if (code === "passkey_there") return { kind: "info", words: t("home.passkey_there") };
  if (code === "too_many_passkeys") return { kind: "urgent", words: t("identity.error_too_many_passkeys") };
  if (code === "passkey_refused" || code === "step_over") return { kind: "urgent", words: t("home.passkey_failed") };
  return { kind: "urgent", words: problemWords(error) };
}

/** Whatever is under way, and what went wrong with it. */
function useWork() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const run = async (/** @type {() => Promise<void>} */ work) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return { busy, problem, run };
}

/** @param {{passkey: Passkey, onRemove: () => void}} props */
function Line({ passkey, onRemove }) {
  const used = passkey.last_used_at;
  return html`<li class="home__device" data-testid="passkey">
    <div><p class="home__name">${deviceName(passkey.name)}</p>
      <p class="muted">${t("identity.added")} <${DateTime} at=${passkey.created_at} />${used && html` · ${t("home.last_seen")} <${DateTime} at=${used} />`}</p></div>
    <${Button} label=${t("identity.remove")} onClick=${onRemove} attributes=${{ "aria-label": t("identity.remove_named", { name: deviceName(passkey.name) }) }} testid="passkey-remove" />
  </li>`;
}

/** Removed already, in another tab or on another device: that is what was wanted. @param {unknown} error */
function goneIsDone(error) {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

/** @param {{passkeys: Passkey[], onChange: () => Promise<void>}} props */
export function Passkeys({ passkeys, onChange }) {
  const { busy, problem, run } = useWork();
  const [leaving, setLeaving] = useState(/** @type {Passkey | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const add = () => run(async () => {
    const { token, options } = await api.post("/home/passkeys/options");
    await api.post("/home/passkeys", { token, credential: await createPasskey(options) });
    toast(t("home.passkey_added"));
    await onChange();
  });
  const remove = (/** @type {Passkey} */ { id }) => run(async () => {
    setLeaving(null);
    await api.post(`/home/passkeys/${id}/remove`).catch(goneIsDone);
    toast(t("identity.passkey_removed"));
    await onChange();
    heading.current?.focus(); // its button is gone
  });
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${() => setLeaving(null)} />
    <${Button} kind="danger" icon="trash-2" label=${t("identity.remove")} onClick=${() => leaving && remove(leaving)} testid="passkey-remove-now" />`;
  return html`<section class="card card--padded home__card" aria-labelledby="passkeys" data-testid="passkeys">
    <h2 id="passkeys" ref=${heading} tabindex="-1">${t("home.passkeys")}</h2>
    <p class="muted">${t("home.passkeys_text")}</p>
    ${problem && html`<${Banner} kind=${problem.kind} testid="passkey-problem">${problem.words}</${Banner}>`}
    ${passkeys.length > 0 && html`<ul class="home__list">${passkeys.map((passkey) => html`<${Line} key=${passkey.id} passkey=${passkey} onRemove=${() => setLeaving(passkey)} />`)}</ul>`}
    ${passkeysPossible()
      ? html`<div><${Button} icon="shield-check" busy=${busy} label=${t("home.passkey_add")} onClick=${add} testid="passkey-add" /></div>`
      : html`<p class="muted small" data-testid="passkeys-not-here">${t("home.passkeys_not_here")}</p>`}
    <${Dialog} title=${t("home.passkey_remove_title")} open=${leaving !== null} onClose=${() => setLeaving(null)} actions=${actions}>
      <p>${leaving && t("home.passkey_remove_text", { name: deviceName(leaving.name) })}</p>
    </${Dialog}>
  </section>`;
}
