/**
 * Shows errors nobody caught, kindly, and counts them. Imports nothing, so that it works when another script does not load;
 * that is also why its few words stand here in both languages.
 */

const WORDS = {
  en: { text: "Something on this page went wrong. If it stops working, reload it: your place is kept.", reload: "Reload", dismiss: "Dismiss" },
  de: { text: "Auf dieser Seite ist etwas schiefgegangen. Wenn sie nicht mehr reagiert, laden Sie sie neu: Ihr Platz bleibt erhalten.", reload: "Neu laden", dismiss: "Ausblenden" },
};
const COUNT_KEY = "telemed-script-errors";
/** Browsers report these although nothing failed. */
const HARMLESS = /ResizeObserver loop|Script error\.?$/;

function count() {
  try {
    const seen = Number(sessionStorage.getItem(COUNT_KEY) ?? "0") + 1;
    sessionStorage.setItem(COUNT_KEY, String(seen));
  } catch {
    // Storage may be denied; the message is what matters.
  }
}

/** @param {string} label @param {() => void} press */
function button(label, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button button--quiet";
  element.textContent = label;
  element.addEventListener("click", press);
  return element;
}

function show() {
  if (document.querySelector(".crash")) return;
  const words = document.documentElement.lang.startsWith("de") ? WORDS.de : WORDS.en;
  const box = document.createElement("div");
  box.className = "crash";
  box.setAttribute("role", "alert");
  const text = document.createElement("span");
  text.textContent = words.text;
  box.append(text, button(words.reload, () => location.reload()), button(words.dismiss, () => box.remove()));
  document.body.append(box);
}

/** @param {unknown} reason */
function report(reason) {
  const text = reason instanceof Error ? reason.message : String(reason ?? "");
  if (HARMLESS.test(text) || (reason instanceof DOMException && reason.name === "AbortError")) return;
  count();
  show();
}

addEventListener("error", (event) => report(event.error ?? event.message));
addEventListener("unhandledrejection", (event) => report(event.reason));
