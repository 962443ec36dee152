/** Where to go after signing in: back to the page that asked for it. Kept in the tab, so no address carries it. */
import { forgetTyped } from "../../core/typed_words.js";

const KEY = "telemed-return-to";
/** Only our own pages, by path, and the moment of a recording: an address from elsewhere is never followed. */
const ALLOWED = /^\/(today|scene|urgent|queues|admin|account|audit|privacy|patients(\/pat_[A-Za-z0-9_-]{1,40})?|recordings(\/rec_[A-Za-z0-9_-]{1,40}(#t=[\d:.]{1,16})?)?|call\/[A-Za-z0-9_-]{1,40})$/;

let isSigningOut = false;

/**
 * Signs out and goes to sign-in. Whoever signs in next does not come back to this page, also where its live part notices first
 * that the login is over.
 * @param {() => Promise<unknown>} logout rejects when nobody was signed out
 */
export async function signOutBy(logout) {
  isSigningOut = true;
  try {
    await logout();
  } catch (error) {
    isSigningOut = false;
    throw error;
  }
  forgetDrafts();
  location.replace("/sign-in");
}

/** What was being typed is for nobody who signs in next, whoever that is. */
function forgetDrafts() {
  try {
    forgetTyped(sessionStorage);
  } catch {
    // Nothing was kept.
  }
}

/** The login is over: remembers this page, but nothing that was typed on it, and goes to sign-in. */
export function goToSignIn() {
  forgetDrafts();
  try {
    if (!isSigningOut) sessionStorage.setItem(KEY, location.pathname + (location.hash.startsWith("#t=") ? location.hash : ""));
  } catch {
    // Storage may be denied: one then lands where one works.
  }
  location.replace("/sign-in");
}

/** Asked when somebody has signed in. @returns {string} a path; `/` leads to where this person works */
export function placeToReturn() {
  forgetDrafts(); // of somebody whose login ended while the page was closed
  try {
    const path = sessionStorage.getItem(KEY) ?? "";
    sessionStorage.removeItem(KEY);
    return ALLOWED.test(path) ? path : "/";
  } catch {
    return "/";
  }
}
