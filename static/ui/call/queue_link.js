/** The waiting rooms as staff in a call see them: one more /staff stream, opened when a part of the page first asks for it. */
import { createDesk } from "../pages/queues/desk.js";
import { createStaffStore } from "../pages/today/staff_store.js";

/** @typedef {{store: import("../pages/today/staff_store.js").StaffStore, desk: import("../pages/queues/desk.js").Desk}} QueueLink */

/** @type {QueueLink | null} */
let link = null;

/** The call goes on without it: neither a lost stream nor a login that is over takes the page away. @returns {QueueLink} */
export function queueLink() {
  if (!link) {
    const store = createStaffStore({ onArrival: () => {}, onSignedOut: () => {} });
    store.start();
    addEventListener("online", () => store.renew());
    link = { store, desk: createDesk(store) };
  }
  return link;
}
