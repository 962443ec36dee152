/** Listens for calls to this person and shows them over the page. Loaded by the guard of every page of staff whose role may be on call. */
import { html, render } from "../../vendor/preact.js";
import { createStaffStore } from "../pages/today/staff_store.js";
import { isShared, shareStaffState } from "./duty_store.js";
import { RingLayer } from "./ring_layer.js";

export function watchDuty() {
  if (!isShared()) {
    const store = createStaffStore({ onArrival: () => {} });
    shareStaffState(store.state);
    store.start();
    addEventListener("online", () => store.renew());
  }
  const host = document.createElement("div");
  document.body.append(host);
  render(html`<${RingLayer} />`, host);
}
