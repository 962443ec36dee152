/** What the account page shows, read anew after each change. */
import { signal } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";

/**
 * @typedef {object} Security docs/protocol.md, GET /me/security
 * @property {{since: string} | null} totp
 * @property {{id: string, name: string, created_at: string, last_used_at: string | null}[]} passkeys
 * @property {number} recovery_codes
 * @property {boolean} has_password
 * @property {boolean} has_pin
 * @property {"required" | "offered"} second_factor
 * @property {number} idle_minutes
 * @property {string} language
 */
/** @typedef {{id: string, device: string, created_at: string, last_seen_at: string, is_this: boolean, is_locked: boolean}} Login */

export const security = signal(/** @type {Security | null} */ (null));
export const logins = signal(/** @type {Login[] | null} */ (null));
export const fault = signal(/** @type {unknown} */ (null));

export async function load() {
  try {
    const [own, devices] = await Promise.all([api.get("/me/security"), api.get("/me/logins")]);
    security.value = own;
    logins.value = devices.logins;
    fault.value = null;
  } catch (error) {
    fault.value = error;
  }
}
