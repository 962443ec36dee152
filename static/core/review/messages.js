// Shapes of the recordings' answers (docs/protocol.md section 1, recordings) as types; no code.

/** @typedef {"asking"|"recording"|"paused"|"finalising"|"ready"|"failed"|"cancelled"|"erased"} RecordingState */
/** @typedef {"unreviewed"|"in_review"|"signed_off"} ReviewStatus */
/** @typedef {{name: string, role: string}} PersonName */
/**
 * @typedef {object} RecordingRow
 * @property {string} id
 * @property {string} session_id
 * @property {string | null} [patient_id]
 * @property {string} kind
 * @property {RecordingState} state
 * @property {string | null} started_at
 * @property {number | null} duration_ms
 * @property {number} size_bytes
 * @property {string} title
 * @property {PersonName[]} people
 * @property {string[]} tags
 * @property {ReviewStatus} review_status
 * @property {boolean} unread
 * @property {boolean} hold
 * @property {number} markers
 * @property {string | null} expires_at
 * @property {"consent"|"emergency"} basis
 * @property {string | null} decide_by
 */
/** @typedef {{id: string, participant_id: string, group: "main"|"screen", mime: string, codecs?: string, start_ms: number, end_ms: number, bytes: number}} Segment */
/** @typedef {"none" | "recorded" | "owed" | "kept" | "destroying" | "held" | "destroyed"} OwnPart */
/** @typedef {{id: string, name: string, role: string, part?: OwnPart}} Person */
/** @typedef {{person_id: string, name: string, label: string | null, part: OwnPart, withdrawn: boolean}} ForWhom */
/** @typedef {{text_version: string, mine: OwnPart, others: ForWhom[]}} Withdrawal */
/** @typedef {{asked_by: string, at: string, confirm_after: string | null, mine: boolean, reason?: string}} EraseAsked */
/** @typedef {RecordingRow & {segments: Segment[], participants: Person[], fault: string, erase: EraseAsked | null, withdrawal?: Withdrawal, reason?: string, hold_reason?: string, reviewed_by?: string | null, reviewed_at?: string | null}} RecordingDetail */
/** @typedef {{watch: boolean, mark: boolean, sign_off: boolean, download: boolean, hold: boolean, erase: boolean, decide: boolean, verify: boolean}} Can */

/** @typedef {{participant_id: string, at_ms: number, what: string}} JoinEvent */
/** @typedef {{participant_id: string, start_ms: number, end_ms: number}} PersonSpan */
/** @typedef {{at_ms: number, name: string, body: string}} ChatLine */
/** @typedef {PersonSpan & {what: string}} QualitySpan */
/** @typedef {{participant_id: string, start_ms: number, end_ms: number | null, what: string}} ConsentSpan */
/** @typedef {{participant_id: string, source: string, start_ms: number, end_ms: number, why: string}} GapSpan */
/** @typedef {{id: string, number: number, at: string, size: number, sha256: string, width: number, height: number, thumbnail: boolean}} StillOfAct */
/** @typedef {{id: string, width: number, height: number, at: string, shapes: import("../messages.js").DrawnShape[]}} DrawingOfAct */
/** @typedef {"instruction" | "drawing" | "still" | "handover" | "vital" | "ring" | "silence"} ActKind */
/**
 * Something that was done beside talking; what the fields say depends on `kind`.
 * @typedef {{id: string, kind: ActKind, what: string, at_ms: number, end_ms: number | null, participant_id: string | null, name: string, to: string, value: string | number | null,
 *   second: number | null, unit: string, words: Record<string, string>, pictogram: string, seen: boolean, text: string, still: StillOfAct | null, drawing?: DrawingOfAct | null}} Act
 */
/** @typedef {{duration_ms: number, joins: JoinEvent[], speaking: PersonSpan[], chat: ChatLine[], quality: QualitySpan[], reads_chat?: boolean, consent: ConsentSpan[], gaps: GapSpan[], acts: Act[], acts_outside: number}} Timeline */

/** @typedef {"team"|"private"} Visibility */
/** @typedef {{id: string, start_ms: number, end_ms: number | null, category: string, text: string, author: string, mine: boolean, visibility: Visibility, at: string, revision: number}} Marker */
/** @typedef {{name: string, role: string, at: string, what: string}} Viewer */
/** @typedef {{segment_id: string | null, what: string, block?: number | null}} BrokenPart */
/** @typedef {{result: "complete"|"broken", checked_at: string, up_to: string | null, broken: BrokenPart[], destroyed?: {participant_id: string, at: string}[]}} Verdict */
/** @typedef {{participant_id: string, seconds: number}} SpeakingSum */
/** @typedef {{at_ms: number, participants: {participant_id: string, speaking: number, quality: string | null}[]}} PlotMinute */
/** @typedef {{speaking: SpeakingSum[], minutes: PlotMinute[]}} Plots */

export {};
