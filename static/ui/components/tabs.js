/** Tabs: one of a few views of the same thing. Arrow keys move, Home and End jump (ARIA tabs pattern, automatic activation). */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";
import { useElementId } from "./element_id.js";

/** @typedef {{id: string, label: string, icon?: string, count?: number}} Tab */

/**
 * @param {KeyboardEvent} event
 * @param {number} index
 * @param {number} count
 * @returns {number | null} the tab to go to
 */
function target(event, index, count) {
  if (event.key === "ArrowRight") return (index + 1) % count;
  if (event.key === "ArrowLeft") return (index - 1 + count) % count;
  if (event.key === "Home") return 0;
  if (event.key === "End") return count - 1;
  return null;
}

/**
 * @param {{label: string, tabs: Tab[], selected: string, onSelect: (id: string) => void, children?: unknown}} props
 *   `children` is the panel of the selected tab.
 */
export function Tabs({ label, tabs, selected, onSelect, children }) {
  const id = useElementId("tabs");
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = target(event, tabs.findIndex((tab) => tab.id === selected), tabs.length);
    const tab = next === null ? undefined : tabs[next];
    if (!tab) return;
    event.preventDefault();
    onSelect(tab.id);
    document.getElementById(`${id}-${tab.id}`)?.focus();
  };
  return html`<div class="tabs">
    <div class="tabs__list" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>
      ${tabs.map((tab) => html`<button type="button" class="tabs__tab" role="tab" key=${tab.id} id="${id}-${tab.id}" aria-controls="${id}-panel"
        aria-selected=${String(tab.id === selected)} tabindex=${tab.id === selected ? 0 : -1} onClick=${() => onSelect(tab.id)}>
        ${tab.icon && html`<${Icon} name=${tab.icon} />`}${tab.label}
        ${tab.count ? html`<span class="badge badge--count">${tab.count}</span>` : null}
      </button>`)}
    </div>
    <div class="tabs__panel" role="tabpanel" id="${id}-panel" aria-labelledby="${id}-${selected}">${children}</div>
  </div>`;
}
