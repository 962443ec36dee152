/** What the server says of patients (docs/protocol.md section 1.4). */

/** @typedef {{id: string, name: string, birth_date: string | null, open: boolean}} Found */
/** @typedef {"cannot_hear" | "cannot_speak" | "sign_language" | "interpreter"} Need */
/** @typedef {Found & {language: string, needs: Need[], interpreter_language: string, revision: number, created_at: string, updated_at: string}} Patient */
/** @typedef {{id: string, kind: "phone" | "email", value: string, shown: string, carer_id: string | null, verified_at: string | null}} Channel */
/** @typedef {{id: string, name: string, relation: string, scope: string[], ends_at: string | null, active: boolean}} Carer */
/** @typedef {{id: string, user_id: string, name: string, role: string | null, since: string}} Member */
/** @typedef {{id: string, merged_id: string, name: string, at: string}} Merge */
/** @typedef {{patient: Patient, channels: Channel[], carers: Carer[], team: Member[], merges: Merge[], can: string[]}} PatientRecord */
/** @typedef {{id: string, kind: string, state: string, created_at: string, started_at: string | null, ended_at: string | null, outcome: string | null, with: string, can_detach: boolean, identity?: import("../../../core/messages.js").IdentityCheck | null, reason?: string}} Visit */
/** @typedef {{id: string, at: string, kind: string, by: string, role: string, change: Record<string, [unknown, unknown]>}} Change */

export const NEEDS = /** @type {const} */ (["cannot_hear", "cannot_speak", "sign_language", "interpreter"]);
export const RELATIONS = /** @type {const} */ (["parent", "partner", "child", "sibling", "relative", "friend", "guardian", "care_worker", "other"]);
export const SCOPES = /** @type {const} */ (["join_visits", "see_visits", "see_details", "see_access", "edit_contacts"]);
export const MAX_NAME = 80;
