/** What the server says about the audit trail (docs/protocol.md section 1.9). */

/**
 * @typedef {{id: string, name: string, role: string}} Person
 * @typedef {{people: Person[], groups: string[]}} People
 * @typedef {{sequence: number, at: string, actor: string, role: string, action: string, object_id: string, outcome: "done" | "refused"}} Row
 * @typedef {{rows: Row[], people: Person[], next: number | null}} Page
 * @typedef {{way: string, delivered_at: string | null, outcome: string, late: boolean}} Delivery
 * @typedef {{rows: number, complete_up_to: string | null, checked_at: string | null, fault_at: number | null, fault: string,
 *   checkpoint_day: string | null, checkpoint_sequence: number | null, deliveries: Delivery[], warnings: string[]}} State
 * @typedef {{actor?: string, object_id?: string, group?: string, outcome?: string, since?: string, until?: string}} Question
 */

export {};
