/** What to say when a request failed: what happened and what to do, never the machine's words. */
import { t } from "../core/i18n.js";
import { ApiError, NetworkError } from "../core/api.js";
import { CommandError } from "../core/commands.js";

/** Codes that have their own sentence; anything else says that the server did not manage. @type {Record<string, string>} */
const KEYS = {
  offline: "error.offline",
  timeout: "error.timeout",
  unreachable: "error.unreachable",
  closed: "error.unreachable",
  not_signed_in: "error.not_signed_in",
  not_allowed: "error.not_allowed",
  not_found: "error.not_found",
  conflict: "error.conflict",
  too_many: "error.too_many",
  media_unavailable: "error.media_unavailable",
  draining: "error.draining",
  disk_full: "error.disk_full",
  server_full: "error.server_full",
  proof_needed: "error.proof_needed",
};

/**
 * @param {unknown} error
 * @returns {string} code for support
 */
export function problemCode(error) {
  return error instanceof ApiError || error instanceof NetworkError || error instanceof CommandError ? error.code : "unexpected";
}

/**
 * @param {unknown} error
 * @returns {string} a sentence
 */
export function problemWords(error) {
  return t(KEYS[problemCode(error)] ?? "error.unexpected");
}
