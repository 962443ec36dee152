/** Signing in at the clinic's own provider: the browser goes there and comes back to a clean address. */
import { useEffect } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";

/** What the server puts behind the address it leads back to; it holds nothing. */
const BACK = "#provider";

/** @param {string} label what the operator calls the provider, "" for no name @returns {string} */
export function providerName(label) {
  return label ? t("identity.provider_sign_in", { label }) : t("identity.provider_sign_in_plain");
}

/** The label of the button on this page, null without a provider. @returns {string | null} */
export function providerOfPage() {
  const { provider, providerLabel = "" } = document.body.dataset;
  return provider ? providerName(providerLabel) : null;
}

/** Whether the browser just came back; true once, and the address is plain again. */
export function cameBack() {
  if (location.hash !== BACK) return false;
  history.replaceState(null, "", location.pathname);
  return true;
}

/** Goes to the provider. @param {"/auth/provider" | "/me/provider"} path */
export async function goToProvider(path) {
  const { url } = await api.post(path);
  location.assign(url);
}

/** Calls `restored` when a page comes out of the browser's memory, by its Back button: what was under way then is not any more. @param {() => void} restored */
export function usePageRestored(restored) {
  useEffect(() => {
    const look = (/** @type {PageTransitionEvent} */ event) => {
      if (event.persisted) restored();
    };
    addEventListener("pageshow", look);
    return () => removeEventListener("pageshow", look);
  }, []);
}
