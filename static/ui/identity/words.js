/** What to say when signing in, proving or changing the account was refused. */
import { t } from "../../core/i18n.js";
import { problemCode, problemWords } from "../problem_words.js";

const OWN = new Set(["wrong_code", "step_over", "passkey_refused", "passkey_there", "too_many_passkeys", "wrong_proof", "proof_incomplete", "pin_blocked", "pin_easy",
  "password_length", "password_common", "last_factor", "no_factor", "totp_there", "invitation_unknown", "invitation_over",
  "provider_unreachable", "provider_refused", "provider_mistrusted", "account_unknown", "identity_there", "identity_taken", "last_way"]);

/** @param {unknown} error @returns {string} a sentence */
export function identityWords(error) {
  const code = problemCode(error);
  if (OWN.has(code)) return t(`identity.error_${code}`);
  // The browser's own word when a person closes its question, or has no passkey for us.
  if (error instanceof DOMException) return t("identity.error_passkey_declined");
  return problemWords(error);
}
