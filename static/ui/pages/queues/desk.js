/** What staff do about people in waiting rooms: each act goes out as a command, says what came of it, and can be taken back where it can. */
import { signal } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../../../core/queue_state.js").QueueRow} QueueRow */
/** @typedef {import("../../../core/queue_state.js").Priority} Priority */
/** @typedef {"answer" | "message" | "transfer" | "no_show" | "remove"} DialogName */
/** @typedef {{name: DialogName, entry: EntryRow}} OpenDialog `entry` as it was when the dialog opened */

/** Refusals that have words of their own here. */
const KNOWN = new Set(["entry_taken", "entry_over", "entry_here", "queue_full", "queue_closed", "no_way"]);

/** @param {unknown} error */
export function deskWords(error) {
  const code = problemCode(error);
  return KNOWN.has(code) ? t(`queues.fault_${code}`) : problemWords(error);
}

/** A name to show. @param {{name: string}} entry */
export function nameOf(entry) {
  return entry.name.trim() || t("today.unnamed");
}

/** @param {import("../today/staff_store.js").StaffStore} store */
export function createDesk(store) {
  const dialog = signal(/** @type {OpenDialog | null} */ (null));

  /** @param {string} name @param {Record<string, unknown>} fields @returns {Promise<boolean>} whether it was done; if not, it says so */
  async function act(name, fields) {
    try {
      await store.command(name, fields);
      return true;
    } catch (error) {
      toast(deskWords(error));
      return false;
    }
  }

  /** @param {EntryRow} entry @param {Priority} priority @param {boolean} mayUndo */
  async function rank(entry, priority, mayUndo = true) {
    const before = entry.priority;
    if (!(await act("queue_priority", { entry_id: entry.id, priority }))) return;
    const words = t("queues.ranked", { name: nameOf(entry), priority: t(`queues.priority_${priority}`) });
    toast(words, mayUndo ? { undo: () => void rank({ ...entry, priority }, before, false) } : {});
  }

  /** @param {QueueRow} queue @param {number} minutes 0: on time again */
  async function late(queue, minutes) {
    const before = queue.late?.minutes ?? 0;
    if (!(await act("queue_late", { queue_id: queue.id, minutes }))) return;
    const words = minutes ? t("queues.told_late", { minutes, count: queue.waiting }) : t("queues.told_on_time");
    toast(words, { undo: () => void act("queue_late", { queue_id: queue.id, minutes: before }) });
  }

  /** @param {EntryRow} entry */
  async function hold(entry) {
    if (await act("queue_hold", { entry_id: entry.id })) toast(t("queues.held", { name: nameOf(entry) }), { undo: () => void act("queue_resume", { entry_id: entry.id }) });
  }

  /** @param {string} name @param {EntryRow} entry @param {string} key of what to say then */
  async function simple(name, entry, key) {
    if (await act(name, { entry_id: entry.id })) toast(t(key, { name: nameOf(entry) }));
  }

  return {
    dialog,
    command: store.command,
    act,
    rank,
    late,
    hold,
    resume: (/** @type {EntryRow} */ entry) => simple("queue_resume", entry, "queues.resumed"),
    putBack: (/** @type {EntryRow} */ entry) => simple("queue_put_back", entry, "queues.back_in_line"),
    keepWaiting: (/** @type {EntryRow} */ entry) => simple("queue_keep_waiting", entry, "queues.kept_waiting"),
    /** Stops the sound of a room's arrivals on every screen. */
    acknowledge: (/** @type {string} */ queueId) => act("queue_acknowledge", { queue_id: queueId }),
    /** @param {DialogName} name @param {EntryRow} entry */
    open: (name, entry) => { dialog.value = { name, entry }; },
    close: () => { dialog.value = null; },
    /** @param {QueueRow} queue @param {boolean} on whether to be sent a mail when nobody of the room has a page open */
    async setAlerts(queue, on) {
      try {
        await api.post(`/queues/${queue.id}/alerts`, { on });
      } catch (error) {
        toast(problemWords(error));
      }
    },
  };
}

/** @typedef {ReturnType<typeof createDesk>} Desk */
