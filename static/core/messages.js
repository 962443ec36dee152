// The wire messages of docs/protocol.md section 2 as types; no code.

/** @typedef {"invited"|"checking"|"waiting"|"asleep"|"admitted"|"connected"|"reconnecting"|"on_hold"|"left"|"lost"|"denied"|"removed"} ParticipantState */
/** @typedef {"admin"|"clinician"|"front_desk"|"dispatcher"|"responder"|"patient"|"carer"|"external_clinician"|"interpreter"|"reviewer"|"observer"|"guest"} Role */
/** @typedef {"microphone"|"camera"|"screen"|"screen_audio"} Source */
/** @typedef {"audio"|"video"} Kind */
/** @typedef {"ok"|"none"|"refused"|"failed"} DeviceVerdict */

/** @typedef {{participant_id: string, role: Role, state: ParticipantState, can: string[], silent?: boolean}} You `silent`: a caller whose device must make no tone and not vibrate */
/** @typedef {{name: string, phone: string, emergency_number: string, demo: boolean}} Clinic */
/**
 * @typedef {object} Session
 * @property {string} id
 * @property {"scheduled"|"urgent"|"group"} kind
 * @property {string} state
 * @property {string | null} started_at
 * @property {string | null} [patient_name] staff only
 * @property {string | null} [patient_id] staff only: the record the visit is attached to
 * @property {string | null} [reason] staff only
 * @property {string | null} ended_at
 * @property {string | null} outcome
 * @property {string[]} [clinicians] before admission
 */
/** `interrupted`: the microphone is wanted on, and a phone call or another app has it. @typedef {{microphone: boolean, camera: boolean, screen: boolean, interrupted?: boolean}} MediaState */
/** @typedef {{id: string, source: Source, kind: Kind}} Track */
/** @typedef {{camera: DeviceVerdict, microphone: DeviceVerdict, speaker: "ok"|"untested"|"failed"|"silent", network: "good"|"poor"|"blocked"|"untested", rtt_ms?: number | null}} DeviceReport */
/**
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} name
 * @property {Role} role
 * @property {ParticipantState} state
 * @property {string | null} since
 * @property {MediaState} media
 * @property {Track[]} tracks
 * @property {boolean} video_paused
 * @property {DeviceReport | null} [device] staff only
 * @property {IdentityCheck | null} [identity] staff only
 * @property {Need[]} [needs] once the person has said something
 */
/** By what it was made sure who somebody is. @typedef {"said"|"known"|"document"} IdentityHow */
/** `by` is a name. @typedef {{by: string, at: string, how: IdentityHow}} IdentityCheck */
/** @typedef {{request_id: string, participant_id: string, at: string}} MoveRequest */
/** What talking with somebody takes. @typedef {"cannot_hear"|"cannot_speak"|"sign_language"|"interpreter"} Need */
/** `to_participant_id`: for one person (and staff) alone. @typedef {{id: string, participant_id: string, name: string, body: string, at: string, command_id: string, to_participant_id?: string | null}} ChatMessage */
/** @typedef {{max_video_bitrate: number, video_codec: import("./codecs.js").VideoCodec, layers?: boolean, ahead?: {id: string, kind: Kind}[]}} Policy `layers`: a camera may come in several sizes; `ahead`: tracks of those who may still come */
/** @typedef {{user_id: string, name: string, level: number, step: number, state: "ringing"|"missed"|"declined"|"accepted"|"taken"|"cancelled", reached: boolean, started_at: string, ended_at: string | null}} PageRing */
/**
 * A call for somebody on duty, section 1.17.
 * @typedef {object} Page
 * @property {string} id
 * @property {string} session_id
 * @property {string} speciality_id
 * @property {string} speciality
 * @property {string} brief
 * @property {{user_id: string, name: string, role: Role}} asked_by
 * @property {"ringing"|"accepted"|"unanswered"|"cancelled"} state
 * @property {number} step
 * @property {number} steps
 * @property {string} created_at
 * @property {string | null} step_started_at
 * @property {string | null} due_at
 * @property {string} phone of the last resort
 * @property {{user_id: string, name: string} | null} taken_by
 * @property {string | null} ended_at
 * @property {PageRing[]} rings
 */
/** @typedef {Page & {mine: "asked"|"rung", ring: PageRing["state"] | null}} OwnPage */
/** @typedef {{user_id: string, name: string, role: Role}} StaffName */
/** @typedef {{id: string, session_id: string, from: StaffName, to: StaffName, brief: string, state: "offered"|"accepted"|"declined"|"withdrawn"|"released", offered_at: string, answered_at: string | null, released_at: string | null}} Handover */
/** @typedef {Handover & {mine: "given"|"offered"}} OwnHandover */
/** @typedef {"pulse"|"blood_pressure"|"spo2"|"breathing"|"temperature"|"gcs"|"glucose"} VitalKind */
/** @typedef {{id: string, kind: VitalKind, value: number, second: number | null, unit: string, at: string, by: {participant_id: string, name: string}}} Vital */
/** How a visit began at a scene. @typedef {{speciality: string, by: string}} Begun */
/** @typedef {{begun?: Begun | null, lead: string | null, vitals: Vital[], pages: Page[], handovers: Handover[]}} Scene */
/** @typedef {"ended"|"removed"|"denied"|"moved"|"left"} GoodbyeReason */

/** What somebody said to being recorded. @typedef {"none"|"agreed"|"refused"|"withdrawn"} Standing */
/** Somebody who is there without a seat. @typedef {{id: string, label: "child"|"relative"|"victim"|"other", decided_by: "self"|"carer"|"unable", agreed: boolean}} Bystander */
/**
 * @typedef {object} Recording
 * @property {"off"|"optional"|"required"} policy
 * @property {string} text_version of the consent text
 * @property {number} kept_days how long a recording is kept; 0: until somebody erases it
 * @property {string | null} id
 * @property {"none"|"asking"|"recording"|"paused"|"finalising"} state
 * @property {string | null} since
 * @property {string | null} [started_at]
 * @property {"consent"|"emergency"} [basis]
 * @property {"all"|"none"} sound `none`: pictures alone
 * @property {"none"|"undecided"|"video_only"|"wait"} bleed somebody within earshot refused
 * @property {""|"disk_full"|"read_only"|"too_slow"|"key_missing"|"failed"} fault
 * @property {boolean} emergency it may be started before anybody agreed
 * @property {{standing: Standing, captured: boolean, asked: boolean, earlier: boolean}} you `earlier`: has to decide about what was recorded before
 * @property {{participant_id: string, standing: Standing, captured: boolean}[]} people for those who lead
 * @property {Bystander[]} bystanders for those who lead
 * @property {boolean} unrecorded_reason_wanted the policy requires a recording and somebody refused
 */

/** Where an entry of a queue stands. @typedef {"waiting"|"asleep"|"being_seen"|"on_hold"|"left"|"no_show"|"done"|"removed"} EntryState */
/**
 * The waiting room somebody came by, as that person sees it.
 * @typedef {object} Queue
 * @property {string} entry_id
 * @property {string} name
 * @property {EntryState} state
 * @property {number | null} place counts from 1; null: not in the line now
 * @property {number | null} ahead
 * @property {number | null} expected_wait seconds; null: not known
 * @property {{minutes: number, at: string} | null} late what staff told everybody who waits
 * @property {string} notice
 * @property {string} phone
 * @property {{phone: string, until: string | null} | null} keep_place the number that gets a message, masked; `until`: the place is held till then
 * @property {string | null} called_at somebody answered while this page was away
 * @property {{session_id: string} | null} moved_to the call one was taken into
 * @property {string | null} [transferred_from] name of the waiting room that sent the person on
 */

/**
 * @typedef {object} Still a picture at sensor resolution
 * @property {string} id
 * @property {string} participant_id who takes it
 * @property {number} number
 * @property {"asked"|"sending"|"kept"|"declined"|"refused"} state
 * @property {string | null} asked_by
 * @property {string} at
 * @property {string | null} taken_at
 * @property {string | null} kept_at
 * @property {string | null} mime
 * @property {number | null} size
 * @property {number | null} width
 * @property {number | null} height
 * @property {string | null} sha256
 * @property {boolean} thumbnail
 * @property {string} fault
 */

/** Where a caller was. @typedef {{participant_id: string, sequence: number, lat: number, lon: number, accuracy: number, altitude: number | null, heading: number | null, speed: number | null, taken_at: string, received_at: string}} IncidentPosition */
/** What to do, as a picture and few words. @typedef {{id: string, version: string | number, pictogram: string, words: Record<string, string>, metronome: number | null}} GuidanceCard */
/** @typedef {"camera"|"light"|"zoom"|"hold_still"|"turn"|"closer"|"still"|"card"} InstructionKind */
/** @typedef {{id: string, participant_id: string, kind: InstructionKind, value: string | number | null, card: GuidanceCard | null, given_at: string, given_by?: string, shown_at: string | null, cleared_at?: string | null}} Instruction */
/** On a frozen picture; points from 0 to 1 of its width and height. @typedef {{id: string, kind: "pen"|"arrow"|"circle", points: readonly (readonly [number, number])[]}} DrawnShape */
/** Somebody's picture, frozen by staff, with what was drawn on it. @typedef {{id: string, participant_id: string, width: number, height: number, shapes: DrawnShape[], at: string, by: string}} FrozenFrame */
/** @typedef {"location"|"video"|"upload"} LinkKind */
/** @typedef {{battery?: number | null, charging?: boolean | null, network?: string, downlink?: number | null, torch?: boolean | null, zoom?: number | null, cameras?: number | null, location?: string, camera?: string, microphone?: string}} CallerFacts */
/**
 * @typedef {object} IncidentCaller
 * @property {string} participant_id
 * @property {string} link_id
 * @property {string} name
 * @property {string} phone empty: the link is scanned
 * @property {IncidentDelivery} delivery
 * @property {string | null} opened_at
 * @property {boolean} revoked
 * @property {string} state
 * @property {boolean} is_here
 * @property {string} place
 * @property {string | null} call_back
 * @property {boolean} left_quickly
 * @property {boolean} silent nothing is heard there
 * @property {Need[]} needs what talking with the person takes
 * @property {CallerFacts | null} facts
 * @property {IncidentPosition | null} position
 */
/** @typedef {{link_id: string, participant_id: string, name: string, state: string, opened_at: string | null, locked: boolean, revoked: boolean}} IncidentCrew */
/** @typedef {"none"|"no_way"|"queued"|"sent"|"delivered"|"failed"|"not_confirmed"|"expired"} DeliveryState */
/** `second_route`: not confirmed, it went out once more by itself over the second route. @typedef {{state: DeliveryState, since: string | null, sends: number, second_route: boolean, can_resend: boolean}} IncidentDelivery */
/**
 * An incident as staff see it; the caller's seat has `code`, `kinds`, `silent`, `language`, `place` and `call_back` of it alone.
 * @typedef {object} Incident
 * @property {string} id
 * @property {string} session_id
 * @property {string} state
 * @property {string} since
 * @property {string} created_at
 * @property {string} created_by
 * @property {boolean} mine
 * @property {string} reason
 * @property {string} code
 * @property {string | null} phone
 * @property {LinkKind[]} kinds
 * @property {string} language
 * @property {boolean} silent at one of its callers nothing may be heard; for a caller: at this one
 * @property {string} script_version
 * @property {boolean} caller_agreed
 * @property {string | null} ended_at
 * @property {string} note
 * @property {IncidentDelivery} delivery the first caller's
 * @property {IncidentCaller} caller the first
 * @property {IncidentCaller[]} callers oldest first
 * @property {IncidentCrew[]} crews
 * @property {string} [place] the caller's seat
 * @property {string | null} [call_back] the caller's seat
 */

/**
 * @typedef {object} CallState
 * @property {You} you
 * @property {Clinic} clinic
 * @property {Session} session
 * @property {Participant[]} participants
 * @property {MoveRequest[]} [moves] staff only
 * @property {ChatMessage[]} chat
 * @property {Policy} policy
 * @property {Recording | null} [recording] null: this visit is not recorded
 * @property {Scene | null} [scene] staff and external clinicians only
 * @property {Still[]} [stills] newest first
 * @property {Queue | null} [queue] null: this visit came by no waiting room
 * @property {Incident | null} [incident] null: this visit belongs to none
 * @property {IncidentPosition[]} [positions] the newest ones, oldest first; staff and crews
 * @property {Instruction[]} [instructions] the caller: what holds; staff: all
 * @property {FrozenFrame | null} [frame] staff, and whose picture it is
 */

/**
 * @typedef {{type: "you", data: You} | {type: "session", data: Session} | {type: "participant", data: Participant}
 *   | {type: "participant_gone", data: {id: string}} | {type: "chat", data: ChatMessage} | {type: "policy", data: Policy} | {type: "recording", data: Recording | null} | {type: "scene", data: Scene | null}
 *   | {type: "still", data: Still} | {type: "still_gone", data: {id: string}} | {type: "queue", data: Queue | null}
 *   | {type: "move", data: MoveRequest} | {type: "move_gone", data: {request_id: string}}
 *   | {type: "incident", data: Incident | null} | {type: "position", data: IncidentPosition} | {type: "position_gone", data: {participant_id: string, sequence: number}}
 *   | {type: "frame", data: FrozenFrame | null}
 *   | {type: "instruction", data: Instruction} | {type: "instruction_gone", data: {id: string}}
 *   | {type: "media_reset", data: {reason: string}} | {type: "replaced", data: {}}
 *   | {type: "goodbye", data: {reason: GoodbyeReason}}} StreamMessage
 */
/** @typedef {{type: "snapshot", state: CallState}} SnapshotMessage */
/** @typedef {SnapshotMessage | StreamMessage} CallMessage */

/**
 * How somebody is connected: up is from them to the server. From `up_rate` (bit/s) on for staff only.
 * @typedef {{participant_id: string, bars: number, up_loss: number, down_loss: number, rtt_ms: number, held?: boolean,
 *   up_rate?: number, down_rate?: number, up_jitter_ms?: number, down_jitter_ms?: number, way?: string, layer?: number | null,
 *   video_paused?: boolean, upload?: {estimate: number, go: boolean}}} Quality
 */
/**
 * @typedef {{type: "speaker", data: {participant_id: string | null}} | {type: "quality", data: Quality}
 *   | {type: "send_layers", data: {source: Source, layers: string[], max_bitrate: number, redundant: boolean, paused: boolean}} | {type: "typing", data: {participant_id: string}} | {type: "still_progress", data: {id: string, received: number, size: number}} | {type: "text" | "text_now" | "text_gone", data: any} | {type: "service", data: {state: "draining" | "full" | "running"}}} LiveMessage
 */

/** @typedef {{id: string, url: string, qr: string[], participant_id: string, role: Role}} Link */

/**
 * Offer and answer of section 3.
 * @typedef {{attempt: number, offer: number, sdp: string, publish: {mid: string, source: Source}[], subscribe: {mid: string, track_id: string}[]}} Offer
 */
/**
 * @typedef {{attempt: number, offer: number, sdp: string, publish: {mid: string, track_id: string}[],
 *   refused: {mid: string, track_id: string, code: string}[], mode?: "speech"|"sign"|"text"}} Answer
 */
/** The relay, section 1.12. @typedef {{servers: {urls: string[], username: string, credential: string}[], expires_in: number}} IceServers */

export {};
