// What a browser says of a permission, as far as it says anything.

/** Milliseconds until a no of a second ago is written down: Firefox tells the page first. */
const WRITTEN_MS = 700;

/** @param {Permissions | undefined} permissions @param {string} name @returns {Promise<PermissionState | "">} "" where the browser does not say */
export async function permissionOf(permissions, name) {
  try {
    return (await permissions?.query({ name: /** @type {PermissionName} */ (name) }))?.state ?? "";
  } catch {
    return "";
  }
}

/** Whether a no was only a question put away, which the browser will ask again. @param {Permissions | undefined} permissions @param {string} name */
export async function wasPutAway(permissions, name) {
  if ((await permissionOf(permissions, name)) !== "prompt") return false;
  await new Promise((done) => setTimeout(done, WRITTEN_MS));
  return (await permissionOf(permissions, name)) === "prompt";
}
