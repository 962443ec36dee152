/** Passkeys: between the JSON of our server and what `navigator.credentials` takes and gives. */

/** Whether this browser can use passkeys here: they need a host name and a safe origin. */
export function passkeysPossible() {
  const isAddress = /^[\d.]+$|^\[/.test(location.hostname);
  return typeof globalThis.PublicKeyCredential === "function" && !!navigator.credentials && globalThis.isSecureContext && !isAddress;
}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer @returns {string} base64url */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{id: string}[] | undefined} list */
function descriptors(list) {
  return (list ?? []).map((one) => ({ type: /** @type {const} */ ("public-key"), id: bytes(one.id) }));
}

/**
 * Makes a passkey. Rejects when the person declines.
 * @param {any} options as the server gave them
 */
export async function createPasskey(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: descriptors(options.excludeCredentials) };
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return packed(made, { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) });
}

/**
 * Shows a passkey. Rejects when the person declines.
 * @param {any} options as the server gave them
 */
export async function showPasskey(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: descriptors(options.allowCredentials) };
  const shown = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (shown.response);
  return packed(shown, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
  });
}

/** @param {PublicKeyCredential} credential @param {Record<string, string>} response */
function packed(credential, response) {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}
