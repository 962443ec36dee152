/**
 * Stands over every page of staff: hides it after a while without a touch, and asks for a proof where the server wants one.
 * The parts a person sees are loaded when they are needed.
 */
import { api } from "../../core/api.js";
import { onRefusal } from "../../core/refusals.js";

/** Milliseconds between looks at the clock; also how exact the idle time is. */
const LOOK = 5000;
/** Shared by the windows of one browser: one in use keeps the others open. */
const TOUCHED = "telemed.touched";
const UNLOCKED = "telemed.unlocked";
/** Roles that may be on call. */
const ON_CALL = new Set(["clinician", "dispatcher", "responder"]);
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

let idleMinutes = 0;
let lastTouch = Date.now();
let lastShared = 0;
/** @type {Promise<void> | null} */
let covered = null;

/** @param {string} key */
function stored(key) {
  try {
    return Number(localStorage.getItem(key) ?? 0);
  } catch {
    return 0;
  }
}

/** @param {string} key */
function store(key) {
  try {
    localStorage.setItem(key, String(Date.now()));
  } catch {
    // Storage may be denied: each window then counts for itself.
  }
}

function touched() {
  if (covered) return;
  lastTouch = Date.now();
  if (lastTouch - lastShared < LOOK) return;
  lastShared = lastTouch;
  store(TOUCHED);
}

/** Covers the page now; the server learns it from `lock`, or said so itself. @returns {Promise<void>} */
function cover() {
  covered ??= import("./lock_screen.js").then(({ coverPage }) => coverPage()).then(() => {
    covered = null;
    lastTouch = Date.now();
    store(UNLOCKED);
    // What the page asked for meanwhile was refused: begin anew, but never in a call.
    if (!document.body.classList.contains("in-call")) location.reload();
  });
  return covered;
}

/** Hides the page and tells the server. */
export async function lockNow() {
  const hidden = cover();
  try {
    await api.post("/me/lock", {}, { plain: true });
  } catch {
    // Without network the page is hidden all the same; the server hears of it from the next window that locks.
  }
  return hidden;
}

function look() {
  const latest = Math.max(lastTouch, stored(TOUCHED));
  if (idleMinutes > 0 && !covered && Date.now() - latest >= idleMinutes * 60_000) void lockNow();
}

/** @param {StorageEvent} event another window was unlocked: this one may look again */
function unlockedElsewhere(event) {
  if (event.key !== UNLOCKED || !covered || document.body.classList.contains("in-call")) return;
  location.reload();
}

async function begin() {
  const state = await api.get("/me/lock", { plain: true });
  idleMinutes = state.idle_minutes;
  if (state.is_locked) void cover();
}

/** Call once on each page of staff. */
export function guardStaff() {
  onRefusal("proof_needed", async () => (await import("./proof_dialog.js")).askForProof());
  onRefusal("locked", async () => {
    await cover();
    return true;
  });
  for (const kind of TOUCHES) addEventListener(kind, touched, { passive: true, capture: true });
  addEventListener("storage", unlockedElsewhere);
  setInterval(look, LOOK);
  begin().catch(() => {
    // Not signed in, or no network: the page itself says so.
  });
  listen().catch(() => {
    // Likewise.
  });
}

/** Whoever may be on call hears a call on every page. */
async function listen() {
  const { user } = await api.get("/me", { plain: true });
  if (!ON_CALL.has(user.role)) return;
  const { watchDuty } = await import("../oncall/watch_duty.js");
  watchDuty();
}
