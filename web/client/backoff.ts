/* Exponential back-off with full jitter: when a server restarts, ten thousand phones must not knock together. */

export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 15_000;

/** The wait before attempt `attempt` (0 is the first), uniform in 0..min(cap, base * 2^attempt). */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(attempt, 16));
  return Math.floor(random() * ceiling);
}
