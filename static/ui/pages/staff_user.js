/** Who is signed in, for the rail and for what a page offers. */
import { signal, useEffect } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { problemCode } from "../problem_words.js";
import { goToSignIn } from "./return_place.js";

/** @typedef {{id: string, name: string, email: string, role: string, is_privacy_officer?: boolean}} StaffUser */

/** Null until it is known. */
export const staffUser = signal(/** @type {StaffUser | null} */ (null));

let asking = false;

async function load() {
  if (asking) return;
  asking = true;
  try {
    staffUser.value = (await api.get("/me")).user;
  } catch (error) {
    if (problemCode(error) === "not_signed_in") goToSignIn();
    else addEventListener("online", () => void load(), { once: true });
  } finally {
    asking = false;
  }
}

/** Loads the user once the page is there. @returns {StaffUser | null} */
export function useStaffUser() {
  useEffect(() => {
    if (!staffUser.value) void load();
  }, []);
  return staffUser.value;
}
