// HTTP to our own server: JSON both ways, errors typed by who is at fault, time-outs, and retries where they are safe.
import { newCommandId } from "./command_id.js";
import { lifted } from "./refusals.js";

export { newCommandId };

/** Milliseconds until a request counts as lost. The server answers within 1 s under load; phones add seconds. */
const TIMEOUT_MS = 10_000;
/** Waits before the 2nd, 3rd and 4th try; the same steps as the socket's. */
const RETRY_DELAYS_MS = [300, 1200, 2700];
/** Never wait longer than this for a Retry-After: a person is looking at the page. */
const MAX_RETRY_AFTER_MS = 5_000;

/** The server answered, and it said no. `code` is one of docs/protocol.md section 1. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {{field?: string, retryAfter?: number, nextAttempt?: number}} [more] retryAfter in seconds */
  constructor(status, code, message, more = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = more.field ?? null;
    this.retryAfter = more.retryAfter ?? null;
    this.nextAttempt = more.nextAttempt ?? null;
  }
}

/** No answer came: `offline` (the device has no network), `timeout`, or `unreachable`. */
export class NetworkError extends Error {
  /** @param {"offline" | "timeout" | "unreachable"} code */
  constructor(code) {
    super(code);
    this.name = "NetworkError";
    this.code = code;
  }
}

/**
 * @typedef {object} RequestOptions
 * @property {boolean} [retry] try again after network errors and 503; default: GET, and bodies with a command_id
 * @property {number} [timeout] milliseconds for each try
 * @property {AbortSignal} [signal]
 * @property {boolean} [plain] give refusals back as they come, even those a person can lift
 */

/**
 * @typedef {object} ApiPorts
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(ms: number) => Promise<void>} sleep
 * @property {() => boolean} online
 */

/**
 * @param {Partial<ApiPorts>} [ports] replaced in tests
 */
export function createApi(ports = {}) {
  /** @type {ApiPorts} */
  const io = {
    fetch: (url, init) => globalThis.fetch(url, init),
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    online: () => globalThis.navigator?.onLine !== false,
    ...ports,
  };
  /** @param {string} method @param {string} path @param {Record<string, unknown> | null} body @param {RequestOptions} [options] */
  const request = (method, path, body, options = {}) => send(io, { method, path, body, options });
  return {
    /** @param {string} path @param {RequestOptions} [options] */
    get: (path, options) => request("GET", path, null, options),
    /** @param {string} path @param {Record<string, unknown>} [body] @param {RequestOptions} [options] */
    post: (path, body = {}, options) => request("POST", path, body, options),
    /** @param {string} path @param {Record<string, unknown>} body @param {RequestOptions} [options] */
    put: (path, body, options) => request("PUT", path, body, options),
    /** @param {string} path @param {Record<string, unknown>} body @param {RequestOptions} [options] */
    patch: (path, body, options) => request("PATCH", path, body, options),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** The page's own. Paths are relative to /api/v1: `api.get("/clinic")`. */
export const api = createApi();

/**
 * @typedef {{method: string, path: string, body: Record<string, unknown> | null, options: RequestOptions}} Call
 */

/**
 * @param {ApiPorts} io
 * @param {Call} call
 * @returns {Promise<any>} the answer's JSON; its shape is docs/protocol.md's, which callers state by JSDoc
 */
async function send(io, call) {
  const mayRetry = call.options.retry ?? (call.method === "GET" || typeof call.body?.["command_id"] === "string");
  let wasLifted = false;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(io, call);
    } catch (error) {
      if (!wasLifted && !call.options.plain && error instanceof ApiError && error.status === 403 && (await lifted(error.code))) {
        wasLifted = true;
        continue;
      }
      const delay = mayRetry && !call.options.signal?.aborted ? retryDelay(error, tries) : null;
      if (delay === null) throw error;
      await io.sleep(delay);
    }
  }
}

/** Milliseconds to wait before trying again, null when the error is final. @param {unknown} error @param {number} tries */
function retryDelay(error, tries) {
  const step = RETRY_DELAYS_MS[tries];
  if (step === undefined) return null;
  if (error instanceof NetworkError) return step;
  if (!(error instanceof ApiError) || error.status !== 503) return null;
  return Math.min(Math.max(step, (error.retryAfter ?? 0) * 1000), MAX_RETRY_AFTER_MS);
}

/** @param {ApiPorts} io @param {Call} call */
async function attempt(io, call) {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), call.options.timeout ?? TIMEOUT_MS);
  const forward = () => aborter.abort();
  call.options.signal?.addEventListener("abort", forward);
  try {
    const response = await io.fetch(`/api/v1${call.path}`, requestInit(call, aborter.signal));
    return await readAnswer(response);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (!io.online()) throw new NetworkError("offline");
    throw new NetworkError(aborter.signal.aborted ? "timeout" : "unreachable");
  } finally {
    clearTimeout(timer);
    call.options.signal?.removeEventListener("abort", forward);
  }
}

/** @param {Call} call @param {AbortSignal} signal @returns {RequestInit} */
function requestInit(call, signal) {
  /** @type {RequestInit} */
  const init = { method: call.method, credentials: "same-origin", cache: "no-store", signal, headers: { Accept: "application/json" } };
  if (call.body) {
    init.headers = { Accept: "application/json", "Content-Type": "application/json" };
    init.body = JSON.stringify(call.body);
  }
  return init;
}

/** @param {Response} response */
async function readAnswer(response) {
  if (response.ok) return response.status === 204 ? {} : response.json();
  const retryAfter = Number(response.headers.get("Retry-After"));
  const more = Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfter } : {};
  /** @type {{error?: {code?: string, message?: string, field?: string, next_attempt?: number}}} */
  const body = await response.json().catch(() => ({}));
  const { code = "unavailable", message = "", field, next_attempt: nextAttempt } = body?.error ?? {};
  throw new ApiError(response.status, code, message, { ...more, ...(field !== undefined && { field }), ...(nextAttempt !== undefined && { nextAttempt }) });
}
