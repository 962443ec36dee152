/** What staff do to an incident, over HTTP. Each rejects with an ApiError or NetworkError. */
import { api, newCommandId } from "../../core/api.js";

/** @typedef {import("../../core/messages.js").Incident} Incident */
/** @typedef {{id: string, url: string, qr: string[], participant_id: string}} IncidentLink */
/** @typedef {"hand_over" | "take_back" | "close" | "false_alarm" | "unreachable" | "reopen"} IncidentEvent */
/** @typedef {{at: string, what: string, by: string | null, detail: string | null}} TimelineEntry */
/** @typedef {{states: {state: string, at: string}[], persons: {name: string, role: string, from: string, until: string | null}[], positions: number, forgotten_at: string | null, cards: {id: string, version: string, words: Record<string, string>, at: string, shown_at: string | null}[], acts: number, messages: number, ended_as: string, note: string, stills: import("../pages/incidents/summary_kept.js").KeptStill[], drawings: import("../pages/incidents/summary_kept.js").KeptDrawing[]}} Summary */

/** @param {Record<string, unknown>} fields @returns {Promise<{incident: Incident, link: IncidentLink}>} */
export const makeIncident = (fields) => api.post("/incidents", fields);

/** @param {string} id @returns {Promise<{incident: Incident, timeline: TimelineEntry[], summary: Summary | null}>} */
export const readIncident = (id) => api.get(`/incidents/${id}`);

/** @param {string} id @param {string} linkId @param {string} commandId @returns {Promise<{incident: Incident}>} */
export const sendAgain = (id, linkId, commandId) => api.post(`/incidents/${id}/resend`, { link_id: linkId, command_id: commandId });

/** @param {string} id @param {{phone?: string, name: string, silent?: boolean}} fields @param {string} commandId @returns {Promise<{incident: Incident, link: IncidentLink}>} */
export const addCaller = (id, fields, commandId) => api.post(`/incidents/${id}/callers`, { ...fields, command_id: commandId });

/** @param {string} id @param {string} linkId @returns {Promise<{incident: Incident, link: IncidentLink}>} a link that nobody has opened, to be scanned */
export const showCode = (id, linkId) => api.post(`/incidents/${id}/links/${linkId}/code`, { command_id: newCommandId() }, { retry: true });

/** @param {string} id @param {IncidentEvent} event @param {string} [note] @param {string} [commandId] @returns {Promise<{incident: Incident, link?: IncidentLink}>} */
export const moveOn = (id, event, note = "", commandId = newCommandId()) => api.post(`/incidents/${id}/state`, { event, ...(note ? { note } : {}), command_id: commandId });

/** @param {string} id @param {string} participantId @param {boolean} silent @returns {Promise<{incident: Incident}>} */
export const setSilent = (id, participantId, silent) => api.post(`/incidents/${id}/silent`, { participant_id: participantId, silent, command_id: newCommandId() });

/** @param {string} id @param {string} name @param {string} commandId @returns {Promise<{incident: Incident, link: IncidentLink, pin: string}>} */
export const addCrew = (id, name, commandId) => api.post(`/incidents/${id}/crews`, { name, command_id: commandId });

/** @param {string} id @param {string} linkId @returns {Promise<{incident: Incident}>} */
export const revokeLink = (id, linkId) => api.post(`/incidents/${id}/links/${linkId}/revoke`, { command_id: newCommandId() });
