// Notifications of the browser: "someone is waiting". They carry no name: a locked screen may show them.

/** @typedef {"granted" | "denied" | "default" | "unsupported"} NotifyPermission */

/** @returns {NotifyPermission} */
export function notifyPermission() {
  return globalThis.Notification?.permission ?? "unsupported";
}

/** Asks; only after a tap, or browsers refuse for good. @returns {Promise<NotifyPermission>} */
export async function askToNotify() {
  if (notifyPermission() === "unsupported") return "unsupported";
  try {
    return await globalThis.Notification.requestPermission();
  } catch {
    return notifyPermission();
  }
}

/**
 * @param {{title: string, body: string, tag: string, again?: boolean, onClick?: () => void}} message a later one with the same tag replaces it, silently unless `again`
 * @returns {() => void} takes it back
 */
export function notify(message) {
  if (notifyPermission() !== "granted") return () => {};
  try {
    const shown = new globalThis.Notification(message.title, /** @type {NotificationOptions} */ ({ body: message.body, tag: message.tag, renotify: message.again ?? false }));
    shown.onclick = () => {
      message.onClick?.();
      shown.close();
    };
    return () => shown.close();
  } catch {
    return () => {}; // Android's Chrome has the permission but wants a service worker.
  }
}
