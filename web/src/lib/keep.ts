/* Small things kept between visits. Where storage is denied they are kept in memory, and everything still works. */

const memory = new Map<string, string>();

type Kind = 'localStorage' | 'sessionStorage';

export function read(key: string, kind: Kind = 'localStorage'): string | null {
  try {
    const value = window[kind].getItem(key);
    if (value !== null) return value;
  } catch {
    /* Denied: fall through to memory. */
  }
  return memory.get(`${kind}/${key}`) ?? null;
}

export function write(key: string, value: string | null, kind: Kind = 'localStorage'): void {
  if (value === null) memory.delete(`${kind}/${key}`);
  else memory.set(`${kind}/${key}`, value);
  try {
    if (value === null) window[kind].removeItem(key);
    else window[kind].setItem(key, value);
  } catch {
    /* Denied or full: memory has it. */
  }
}
