// Shapes of `GET /home` (docs/protocol.md section 1.5).

/** @typedef {{role: "patient" | "carer", name: string, patient_name: string, scope: string[] | null, ends_at: string | null}} Self */
/** @typedef {{id: string, state: string, starts_at: string | null, opens_at: string | null, created_at: string, started_at: string | null, ended_at: string | null, with: string, can_join: boolean}} Visit */
/** @typedef {{name: string, birth_date: string | null, language: string, needs: string[], interpreter_language: string}} Details */
/** @typedef {{id: string, kind: "phone" | "email", shown: string, verified: boolean}} Contact */
/** @typedef {{name: string, relation: string, scope: string[], ends_at: string | null}} Carer */
/** @typedef {{id: string, device: string, created_at: string, last_seen_at: string, current: boolean}} Device */
/** @typedef {{id: string, name: string, created_at: string, last_used_at: string | null}} Passkey */
/** @typedef {{id: string, session_id: string, by: string, at: string, body: string, new: boolean}} Message */
/** @typedef {{person: Self, visits: Visit[] | null, past: Visit[] | null, messages?: Message[] | null, details: Details | null, contacts: Contact[], carers: Carer[] | null, devices: Device[], passkeys: Passkey[], access: boolean}} Home */
/** @typedef {{name: string, role: string, day: string, act: string, times: number, first_at: string, last_at: string, emergency: boolean}} AccessLine */
/** @typedef {{name: string, role: string, at: string, what: string}} Watcher */
/** @typedef {{id: string, started_at: string | null, duration_ms: number | null, erased?: boolean, part?: import("../../withdrawal/words.js").Part, viewers: Watcher[]}} OwnRecording */

export {};
