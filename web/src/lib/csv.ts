/* Codes as a table in a file: `code,secret,link,role,groups,label,until`. Pure; nothing leaves the browser. */

import { codeShown, codeWhole } from './code';

export interface Invitation {
  /** Its number, by which it is revoked; empty where the file has none. */
  code: string;
  secret: string;
  link: string;
  role: string;
  groups: string;
  label: string;
  until: string;
}

const COLUMNS = ['code', 'secret', 'link', 'role', 'groups', 'label', 'until'] as const;
/* What a spreadsheet would take for a formula, and the quote that keeps it from that. */
const FORMULA = /^[=+\-@\t\r]/;

/** The cells of a text. Quotes as in RFC 4180; the separator is a comma, or what spreadsheets put in its place. */
export function cells(text: string): string[][] {
  const plain = text.replace(/^\uFEFF/, '');
  const head = plain.slice(0, plain.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const closeRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let i = 0; i < plain.length; i++) {
    const sign = plain[i]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (plain[i + 1] === '"') cell += plain[++i];
      else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === separator) {
      row.push(cell);
      cell = '';
    } else if (sign === '\n') closeRow();
    else if (sign !== '\r') cell += sign;
  }
  if (cell !== '' || row.length > 0) closeRow();
  return rows;
}

/** The invitations of a file, or null where it is not one: no column `secret`, or no row with a whole code. */
export function parseInvitations(text: string): Invitation[] | null {
  const [head, ...rows] = cells(text);
  const at = (head ?? []).map((name) => name.trim().toLowerCase());
  if (!at.includes('secret')) return null;
  const found = rows
    .map((row) => Object.fromEntries(COLUMNS.map((name) => [name, unquoted(row[at.indexOf(name)] ?? '')])) as unknown as Invitation)
    .filter(({ secret }) => codeWhole(secret))
    .map((one) => ({ ...one, secret: codeShown(one.secret) }));
  return found.length > 0 ? found : null;
}

function unquoted(cell: string): string {
  const text = cell.trim();
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

export function invitationsCsv(all: readonly Invitation[]): string {
  const lines = all.map((one) => COLUMNS.map((name) => quoted(one[name])).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function quoted(cell: string): string {
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n;]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
