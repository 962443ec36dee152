/** What rings for this person, whatever page of staff is open: the /staff stream, Today's own where that page is shown. */
import { computed, signal } from "../../vendor/preact.js";

/** @typedef {import("../../core/messages.js").OwnPage} OwnPage */
/** @typedef {import("../../core/messages.js").OwnHandover} OwnHandover */
/** @typedef {import("../pages/today/staff_state.js").StaffState} StaffState */
/** @typedef {import("../../vendor/preact.js").Signal<StaffState | null>} StaffSignal */

/** The page's own stream, if it has one. @type {import("../../vendor/preact.js").Signal<StaffSignal | null>} */
const source = signal(null);

/** Today says that it listens already. @param {StaffSignal} state */
export function shareStaffState(state) {
  source.value = state;
}

/** Whether some part of the page listens already. */
export const isShared = () => source.value !== null;

export const pages = computed(() => /** @type {OwnPage[]} */ (source.value?.value?.pages ?? []));
export const handovers = computed(() => /** @type {OwnHandover[]} */ (source.value?.value?.handovers ?? []));
