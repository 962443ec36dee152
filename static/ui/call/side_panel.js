/** The panel beside the stage: chat, people, and for staff notes. On phones it takes the lower part and the picture stays in view. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { lazy } from "../components/lazy.js";
import { Tabs } from "../components/tabs.js";
import { useCall } from "./context.js";
import { IncidentPanel, NotesPanel, TechnicalPanel } from "./staff_parts.js";
import { ChatPanel } from "./text_parts.js";

/** @typedef {import("./view_state.js").Panel} Panel */

const PeoplePanel = lazy(() => import("./people_panel.js").then((part) => part.PeoplePanel));
const PANELS = { incident: IncidentPanel, chat: ChatPanel, people: PeoplePanel, notes: NotesPanel, technical: TechnicalPanel };

/** Focus goes into the panel when it opens, and back to where it was when it closes. @param {Panel | null} panel */
function usePanelFocus(panel) {
  const aside = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(/** @type {Element | null} */ (null));
  const opened = panel !== null;
  const wasOpen = useRef(false);
  // Read while drawing: afterwards the focus is in the panel's own field already.
  if (opened && !wasOpen.current) before.current = document.activeElement;
  wasOpen.current = opened;
  useEffect(() => {
    if (!opened) return undefined;
    return () => {
      const elsewhere = document.activeElement !== null && document.activeElement !== document.body;
      if (!elsewhere && before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, [opened]);
  useEffect(() => {
    if (aside.current?.contains(document.activeElement)) return; // A panel with a field of its own has taken it.
    /** @type {HTMLElement | null | undefined} */ (aside.current?.querySelector('[role="tab"][aria-selected="true"]'))?.focus({ preventScroll: true });
  }, [panel]);
  return aside;
}

export function SidePanel() {
  const { session, view } = useCall();
  const panel = view.panel.value;
  const aside = usePanelFocus(panel);
  if (!panel) return null;
  const close = () => view.show(null);
  const tabs = [
    ...(session.state.value?.incident ? [{ id: "incident", label: t("call.incident"), count: 0 }] : []),
    { id: "chat", label: t("call.chat"), count: session.chat.unread.value },
    { id: "people", label: t("call.people"), count: 0 },
    ...(session.can("note") ? [{ id: "notes", label: t("call.notes"), count: 0 }] : []),
    ...(panel === "technical" ? [{ id: "technical", label: t("call.technical_short"), count: 0 }] : []),
  ];
  const Content = PANELS[panel];
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return html`<aside class="panel" ref=${aside} aria-label=${t("call.side_panel")} onKeyDown=${onKeyDown} data-panel=${panel}>
    <div class="panel__close"><${Button} kind="icon" icon="x" label=${t("component.close")} onClick=${close} testid="close-panel" /></div>
    <${Tabs} label=${t("call.side_panel")} tabs=${tabs} selected=${panel} onSelect=${(/** @type {string} */ id) => view.show(/** @type {Panel} */ (id))}><${Content} key=${panel} /></${Tabs}>
  </aside>`;
}
