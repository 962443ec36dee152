/** What the server calls a signed-in browser, in the reader's language. */
import { t } from "../core/i18n.js";

const BROWSER_ON_SYSTEM = /^(.+) on (.+)$/;

/** @param {string} words "Firefox on Linux", "Firefox", or what says that nothing is known */
export function deviceName(words) {
  if (!words || words === "Unknown browser") return t("identity.unknown_device");
  const [, browser, system] = BROWSER_ON_SYSTEM.exec(words) ?? [];
  return browser && system ? t("identity.browser_on", { browser, system }) : words;
}
