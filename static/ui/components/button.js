/** Button: a verb one can press. With `href` it is a link that looks the same. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/**
 * @typedef {object} ButtonProps
 * @property {"primary" | "quiet" | "plain" | "danger" | "icon"} [kind] one `primary` per page; `icon` shows the icon only and `label` becomes its name
 * @property {string} [icon] lucide name
 * @property {string} label
 * @property {(event: MouseEvent) => void} [onClick]
 * @property {string} [testid]
 * @property {boolean} [disabled]
 * @property {boolean} [busy] shows that the press is being worked on; further presses do nothing, focus stays
 * @property {boolean} [pressed] makes it a toggle
 * @property {"button" | "submit"} [type]
 * @property {boolean} [large] 52 px high: the patient's next step
 * @property {boolean} [wide] fills its line
 * @property {string} [href]
 * @property {string} [title]
 * @property {string} [class]
 * @property {Record<string, unknown>} [attributes] further attributes (`aria-…`, `data-…`)
 */

/** @param {ButtonProps} props */
function className({ kind = "quiet", large, wide, class: extra }) {
  const parts = ["button", `button--${kind}`];
  if (large) parts.push("button--large");
  if (wide) parts.push("button--wide");
  if (extra) parts.push(extra);
  return parts.join(" ");
}

/** @param {ButtonProps} props */
export function Button(props) {
  const { kind = "quiet", icon, label, onClick, testid, disabled, busy, pressed, type = "button", href, title, attributes } = props;
  const iconOnly = kind === "icon";
  const content = [
    busy ? html`<${Icon} name="loader-circle" class="button__wait" />` : icon && html`<${Icon} name=${icon} />`,
    !iconOnly && html`<span>${label}</span>`,
  ];
  const common = {
    class: className(props),
    "data-testid": testid,
    "aria-label": iconOnly ? label : undefined,
    title: title ?? (iconOnly ? label : undefined),
    ...attributes,
  };
  if (href) return html`<a ...${common} href=${href} onClick=${onClick}>${content}</a>`;
  const press = busy ? undefined : onClick;
  return html`<button ...${common} type=${busy ? "button" : type} disabled=${disabled} aria-disabled=${busy ? "true" : undefined}
    aria-busy=${busy ? "true" : undefined} aria-pressed=${pressed === undefined ? undefined : String(pressed)} onClick=${press}>${content}</button>`;
}
