/* Has the reader kept still? What is on screen is re-sorted only then, so that nothing moves under a finger. */

const EVENTS = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchmove', 'wheel'] as const;

let last = Date.now();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  for (const event of EVENTS) addEventListener(event, () => (last = Date.now()), { passive: true, capture: true });
}

/** Calls back about every second while nothing has been touched for `ms`. Returns what stops it. */
export function whileIdle(ms: number, act: () => void): () => void {
  listen();
  const timer = setInterval(() => {
    if (Date.now() - last >= ms && !document.querySelector('[data-sorted] :focus-visible')) act();
  }, 1_000);
  return () => clearInterval(timer);
}
