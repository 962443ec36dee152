/** What pages that show who waits have in common: the /staff stream, who is signed in, and the alarm in step with both. */
import { signal, useEffect } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { isWaiting, unheard } from "../../../core/queue_state.js";
import { shareStaffState } from "../../oncall/duty_store.js";
import { setTitle } from "../../page.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";
import { staffUser } from "../staff_user.js";
import { createAlerts } from "./alerts.js";
import { createStaffStore } from "./staff_store.js";

/** @typedef {import("../staff_user.js").StaffUser} StaffUser */
/** @typedef {import("./staff_state.js").StaffState} StaffState */

/** How many people wait, in waiting rooms and for visits that were arranged. @param {StaffState | null} state */
export function waitingCount(state) {
  return state ? state.waiting.length + state.entries.filter(isWaiting).length : 0;
}

/** One for the life of a page. */
export function createLive() {
  const alerts = createAlerts();
  const store = createStaffStore({ onArrival: (entries) => alerts.announce(entries) });
  shareStaffState(store.state);
  const user = signal(/** @type {StaffUser | null} */ (null));

  async function loadUser() {
    try {
      staffUser.value = user.value = (await api.get("/me")).user;
    } catch (error) {
      if (problemCode(error) === "not_signed_in") goToSignIn();
    }
  }

  /** Connects, keeps the alarm in step with who waits, and renews the connection when the network comes back. @param {string} titleKey */
  function useLife(titleKey) {
    useEffect(() => {
      void loadUser();
      store.start();
      const online = () => store.renew();
      addEventListener("online", online);
      return () => removeEventListener("online", online);
    }, []);
    // Refused: because of the role, or because somebody signed this person out. The server says which.
    useEffect(() => void (store.refused.value && loadUser()), [store.refused.value]);
    const state = store.state.value;
    useEffect(() => {
      alerts.follow(state ? [...unheard(state), ...state.waiting.filter((entry) => !entry.acknowledged)] : []);
      const count = waitingCount(state);
      setTitle(count ? `(${count}) ${t(titleKey)}` : t(titleKey));
    }, [state, language()]);
  }

  return { alerts, store, user, useLife };
}

/** @typedef {ReturnType<typeof createLive>} Live */
