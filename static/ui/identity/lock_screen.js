/** The lock screen: covers the page, which goes on behind it. A call keeps its sound, its picture and its connection. */
import { html, render, useEffect, useRef, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { problemCode } from "../problem_words.js";
import { goToSignIn, signOutBy } from "../pages/return_place.js";
import { ProveForm } from "./prove_form.js";

/** @typedef {{methods: string[], name: string}} LockState */

async function signOut() {
  try {
    await signOutBy(() => api.post("/auth/logout", {}, { plain: true }));
  } catch {
    location.replace("/sign-in");
  }
}

/** What the lock screen needs to know, once the network is there. @returns {LockState | null} */
function useLockState() {
  const [state, setState] = useState(/** @type {LockState | null} */ (null));
  useEffect(() => {
    api.get("/me/lock", { plain: true }).then(setState, (error) => {
      if (problemCode(error) === "not_signed_in") goToSignIn();
      else setState({ methods: ["password"], name: "" });
    });
  }, []);
  return state;
}

/** @param {{onUnlocked: () => void}} props */
function LockScreen({ onUnlocked }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const state = useLockState();
  const inCall = document.body.classList.contains("in-call");
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  // Escape would close a dialog; this one opens by a proof only.
  const stay = (/** @type {Event} */ event) => event.preventDefault();
  const keep = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && event.preventDefault();
  return html`<dialog class="lock" ref=${dialog} aria-labelledby="lock-title" onCancel=${stay} onKeyDown=${keep} data-testid="lock-screen">
    <div class="lock__box">
      <span class="lock__icon"><${Icon} name="lock" size=${32} /></span>
      <h1 id="lock-title" tabindex="-1">${t(inCall ? "identity.locked_in_call" : "identity.locked")}</h1>
      <p>${state?.name ? t("identity.locked_for", { name: state.name }) : t("identity.locked_text")}</p>
      ${state && html`<${ProveForm} path="/me/unlock" ways=${state.methods.map((method) => [method])} submit=${t("identity.unlock")} onDone=${onUnlocked} onGone=${goToSignIn} />`}
      <div class="lock__foot"><${Button} kind="plain" icon="log-out" label=${t(inCall ? "identity.sign_out_call" : "rail.sign_out")} onClick=${signOut} testid="lock-sign-out" /></div>
    </div>
  </dialog>`;
}

/** Covers the page until somebody unlocks it. @returns {Promise<void>} */
export function coverPage() {
  const host = document.createElement("div");
  document.body.append(host);
  document.body.classList.add("is-locked");
  return new Promise((resolve) => {
    const done = () => {
      document.body.classList.remove("is-locked");
      render(null, host);
      host.remove();
      resolve();
    };
    render(html`<${LockScreen} onUnlocked=${done} />`, host);
  });
}
