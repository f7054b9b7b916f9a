/* How codes lie on sheets, and what is drawn of each. Pure. */

import { encode } from 'uqr';

/** Three by seven on A4. */
export const PER_SHEET = 21;
const QUIET_ZONE = 4;

export interface Drawn {
  /** Modules of a side, the white edge included. */
  side: number;
  path: string;
}

/** A QR code as one path; dark modules that touch in a row are one stroke, so that 1,000 of them stay light and print sharp. */
export function drawn(text: string): Drawn {
  const { size, data } = encode(text, { ecc: 'M', border: 0 });
  let path = '';
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; ) {
      const from = x;
      while (x < size && data[y]![x]) x++;
      if (x > from) path += `M${from + QUIET_ZONE} ${y + QUIET_ZONE}h${x - from}v1h${from - x}z`;
      else x++;
    }
  return { side: size + 2 * QUIET_ZONE, path };
}

export function sheets<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / PER_SHEET) }, (_, i) => all.slice(i * PER_SHEET, (i + 1) * PER_SHEET));
}
