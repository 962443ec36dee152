/** Menu: a button with a short list of actions (ARIA menu button pattern: arrows move, Escape closes, focus returns). */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** @typedef {{id: string, label: string, icon?: string, onSelect: () => void, danger?: boolean, disabled?: boolean, checked?: boolean, testid?: string}} MenuItem */

/**
 * @typedef {object} MenuProps
 * @property {string} label
 * @property {MenuItem[]} items an item with `checked` is a radio choice
 * @property {string} [icon]
 * @property {"quiet" | "plain" | "icon"} [kind]
 * @property {"start" | "end"} [align] edge of the button the list is flush with
 * @property {"above" | "below"} [side]
 * @property {string} [testid]
 * @property {string} [class] of the button
 */

/**
 * @param {HTMLElement} list
 * @param {string} key
 * @returns {boolean} whether the key moved the focus
 */
function moveFocus(list, key) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".menu__item:not(:disabled)")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const moves = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 });
  const to = moves[key];
  if (to === undefined || !items.length) return false;
  items[(to + items.length) % items.length]?.focus();
  return true;
}

/**
 * Closes on a press outside, on Escape and when focus leaves.
 * @param {boolean} open
 * @param {import("../../vendor/preact.js").RefObject<HTMLElement | null>} root
 * @param {() => void} close
 */
function useDismiss(open, root, close) {
  useEffect(() => {
    if (!open) return undefined;
    const outside = (/** @type {Event} */ event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("focusin", outside);
    /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector(".menu__item"))?.focus();
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
}

/** What stands at a page's lower edge on phones, and a little air. */
const EDGE = 80;

/**
 * The other edge or side where the list would leave the window.
 * @param {boolean} open
 * @param {import("../../vendor/preact.js").RefObject<HTMLElement | null>} root
 * @param {string} align
 * @param {string} side
 */
function useFit(open, root, align, side) {
  const [fit, setFit] = useState("");
  useLayoutEffect(() => {
    const box = open && root.current?.querySelector(".menu__list")?.getBoundingClientRect();
    if (!box) return setFit("");
    const top = root.current?.getBoundingClientRect().top ?? 0;
    const turned = box.left < 0 ? "start" : box.right > innerWidth ? "end" : align;
    const above = side === "below" && box.bottom > innerHeight - EDGE && top > box.height;
    setFit(`menu__list--${above ? "above" : side} menu__list--${turned}`);
  }, [open]);
  return fit || `menu__list--${side} menu__list--${align}`;
}

/** @param {{item: MenuItem, onDone: () => void}} props */
function Item({ item, onDone }) {
  const choice = item.checked !== undefined;
  const select = () => {
    onDone();
    item.onSelect();
  };
  return html`<button type="button" class=${item.danger ? "menu__item menu__item--danger" : "menu__item"} role=${choice ? "menuitemradio" : "menuitem"}
    aria-checked=${choice ? String(item.checked) : undefined} disabled=${item.disabled} tabindex="-1" data-testid=${item.testid} onClick=${select}>
    ${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.label}</span>
    ${item.checked && html`<${Icon} name="check" class="menu__check" />`}
  </button>`;
}

/** @param {MenuProps} props */
export function Menu({ label, items, icon = "ellipsis", kind = "icon", align = "end", side = "below", testid, class: extra }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const close = () => setOpen(false);
  useDismiss(open, root, close);
  const fit = useFit(open, root, align, side);
  const closeAndReturn = () => {
    close();
    root.current?.querySelector("button")?.focus();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (!open) return;
    if (event.key === "Escape") closeAndReturn();
    else if (event.key === "Tab") { close(); return; }
    else if (!moveFocus(/** @type {HTMLElement} */ (event.currentTarget), event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="menu" ref=${root} onKeyDown=${onKeyDown}>
    <${Button} kind=${kind} icon=${icon} label=${label} testid=${testid} class=${extra} onClick=${() => setOpen(!open)}
      attributes=${{ "aria-haspopup": "menu", "aria-expanded": String(open) }} />
    ${open && html`<div class=${`menu__list ${fit}`} role="menu" aria-label=${label}>
      ${items.map((item) => html`<${Item} key=${item.id} item=${item} onDone=${closeAndReturn} />`)}
    </div>`}
  </div>`;
}
