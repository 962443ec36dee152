// ICU MessageFormat, the part we use: arguments, plural (with =n and #), select, nesting, quotes.
// https://unicode-org.github.io/icu/userguide/format_parse/messages/

/** @typedef {string | {name: string, type: "value" | "plural" | "select", options: Record<string, Node[]>} | {hash: true}} Node */
/** @typedef {Record<string, string | number>} Values */
/** @typedef {{text: string, at: number}} Cursor */

/** @type {Map<string, Node[]>} */
const parsed = new Map();
/** @type {Map<string, Intl.PluralRules>} */
const rules = new Map();

/**
 * Fills `message` with `values` by the plural rules of `tag`. A missing value shows as {name}.
 * @param {string} message
 * @param {Values} values
 * @param {string} tag
 */
export function format(message, values, tag) {
  let nodes = parsed.get(message);
  if (!nodes) {
    nodes = parse(message);
    parsed.set(message, nodes);
  }
  return write(nodes, values, tag, null);
}

/**
 * @param {string} message
 * @returns {Node[]}
 * @throws {SyntaxError} on unbalanced braces or an unknown argument type
 */
export function parse(message) {
  const cursor = { text: message, at: 0 };
  const nodes = readNodes(cursor, false);
  if (cursor.at < message.length) throw new SyntaxError(`unexpected } in: ${message}`);
  return nodes;
}

/** @param {Cursor} cursor @param {boolean} inPlural @returns {Node[]} */
function readNodes(cursor, inPlural) {
  /** @type {Node[]} */
  const nodes = [];
  let text = "";
  const flush = () => {
    if (text) nodes.push(text);
    text = "";
  };
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== "}") {
    const next = cursor.text[cursor.at];
    if (next === "'") {
      text += readQuoted(cursor);
    } else if (next === "{") {
      flush();
      nodes.push(readArgument(cursor, inPlural));
    } else if (next === "#" && inPlural) {
      flush();
      nodes.push({ hash: true });
      cursor.at += 1;
    } else {
      text += next;
      cursor.at += 1;
    }
  }
  flush();
  return nodes;
}

/** '' is an apostrophe, '{…' quotes until the next apostrophe, any other apostrophe stands for itself. @param {Cursor} cursor */
function readQuoted(cursor) {
  const { text, at } = cursor;
  const next = text[at + 1];
  if (next === "'") {
    cursor.at += 2;
    return "'";
  }
  if (next !== "{" && next !== "}" && next !== "#") {
    cursor.at += 1;
    return "'";
  }
  const end = text.indexOf("'", at + 1);
  const stop = end < 0 ? text.length : end;
  cursor.at = stop + 1;
  return text.slice(at + 1, stop);
}

/** @param {Cursor} cursor @param {boolean} inPlural a select inside a plural may still say # @returns {Node} */
function readArgument(cursor, inPlural) {
  const head = /^\{\s*(\w+)\s*(?:,\s*(plural|select)\s*,\s*)?/.exec(cursor.text.slice(cursor.at));
  if (!head) throw new SyntaxError(`bad argument in: ${cursor.text}`);
  cursor.at += head[0].length;
  const name = head[1] ?? "";
  if (!head[2]) {
    expectClose(cursor);
    return { name, type: "value", options: {} };
  }
  const type = head[2] === "plural" ? "plural" : "select";
  return { name, type, options: readOptions(cursor, inPlural || type === "plural") };
}

/** @param {Cursor} cursor @param {boolean} inPlural */
function readOptions(cursor, inPlural) {
  /** @type {Record<string, Node[]>} */
  const options = {};
  for (;;) {
    const head = /^\s*(=\d+|\w+)\s*\{/.exec(cursor.text.slice(cursor.at));
    if (!head) break;
    cursor.at += head[0].length;
    options[head[1] ?? ""] = readNodes(cursor, inPlural);
    expectClose(cursor);
  }
  cursor.at += /^\s*/.exec(cursor.text.slice(cursor.at))?.[0].length ?? 0;
  expectClose(cursor);
  if (!options["other"]) throw new SyntaxError(`no "other" in: ${cursor.text}`);
  return options;
}

/** @param {Cursor} cursor */
function expectClose(cursor) {
  if (cursor.text[cursor.at] !== "}") throw new SyntaxError(`missing } in: ${cursor.text}`);
  cursor.at += 1;
}

/** @param {Node[]} nodes @param {Values} values @param {string} tag @param {number | null} count @returns {string} */
function write(nodes, values, tag, count) {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      if ("hash" in node) return new Intl.NumberFormat(tag).format(count ?? 0);
      const value = values[node.name];
      if (node.type === "value") return value === undefined ? `{${node.name}}` : String(value);
      if (node.type === "select") return write(node.options[String(value)] ?? node.options["other"] ?? [], values, tag, count);
      return write(pluralOption(node.options, Number(value), tag), values, tag, Number(value));
    })
    .join("");
}

/** @param {Record<string, Node[]>} options @param {number} count @param {string} tag @returns {Node[]} */
function pluralOption(options, count, tag) {
  let rule = rules.get(tag);
  if (!rule) {
    rule = new Intl.PluralRules(tag);
    rules.set(tag, rule);
  }
  return options[`=${count}`] ?? options[rule.select(count)] ?? options["other"] ?? [];
}
