/** Table: rows of the same kind for staff. Under 720 px each row becomes a card whose lines carry their column's name. */
import { html } from "../../vendor/preact.js";

/**
 * @template Row
 * @typedef {{id: string, label: string, cell: (row: Row) => unknown, lead?: boolean, end?: boolean}} Column
 *   `lead` names the row and heads its card; `end` holds actions.
 */

/** @param {Column<any>} column */
function cellClass(column) {
  if (column.lead) return "table__lead";
  return column.end ? "table__end" : undefined;
}

/**
 * @template Row
 * @param {{caption: string, columns: Column<Row>[], rows: Row[], rowKey: (row: Row) => string}} props
 */
export function Table({ caption, columns, rows, rowKey }) {
  return html`<table class="table">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map((column) => html`<th key=${column.id} scope="col">${column.end ? html`<span class="visually-hidden">${column.label}</span>` : column.label}</th>`)}</tr></thead>
    <tbody>
      ${rows.map((row) => html`<tr key=${rowKey(row)}>
        ${columns.map((column) => html`<td key=${column.id} class=${cellClass(column)} data-label=${column.end || column.lead ? undefined : column.label}>${column.cell(row)}</td>`)}
      </tr>`)}
    </tbody>
  </table>`;
}
