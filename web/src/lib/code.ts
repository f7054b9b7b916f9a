/* A code as people type it: ten signs in two groups of five, whatever the case, with O for 0 and I or L for 1. Pure. */

const SIGNS = /[^0-9A-HJKMNP-TV-Z]/g;
const HALF = 5;
export const CODE_SIGNS = 2 * HALF;

/** The signs of a code in what was typed, pasted or scanned (a whole link too), at most ten. */
export function codeSigns(text: string): string {
  const linked = /#(?:.*&)?k=([^&]*)/.exec(text);
  return (linked?.[1] ?? text).toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1').replace(SIGNS, '').slice(0, CODE_SIGNS);
}

/** The same in two groups, as printed. */
export function codeShown(text: string): string {
  const signs = codeSigns(text);
  return signs.length > HALF ? `${signs.slice(0, HALF)}-${signs.slice(HALF)}` : signs;
}

export function codeWhole(text: string): boolean {
  return codeSigns(text).length === CODE_SIGNS;
}

/** Shows a field's text in two groups while it is written in, and where its caret is then: after as many signs as before. */
export function codeTyped(text: string, caret: number): { text: string; caret: number } {
  const before = codeSigns(text.slice(0, caret)).length;
  const shown = codeShown(text);
  return { text: shown, caret: Math.min(shown.length, before > HALF ? before + 1 : before) };
}
