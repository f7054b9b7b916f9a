/* A number that runs to its new value, unless the reader prefers stillness. */

const DURATION_MS = 450;

export class Running {
  #shown = $state(0);
  #now = 0;
  #frame = 0;

  constructor(target: () => number) {
    let first = true;
    $effect(() => {
      const to = target();
      cancelAnimationFrame(this.#frame);
      if (first || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) {
        first = false;
        this.#now = to;
        this.#shown = to;
        return undefined;
      }
      const from = this.#now;
      const start = performance.now();
      const step = (at: number) => {
        const part = Math.min(1, (at - start) / DURATION_MS);
        this.#now = Math.round(from + (to - from) * (1 - (1 - part) ** 3));
        this.#shown = this.#now;
        if (part < 1) this.#frame = requestAnimationFrame(step);
      };
      this.#frame = requestAnimationFrame(step);
      return () => cancelAnimationFrame(this.#frame);
    });
  }

  get value(): number {
    return this.#shown;
  }
}
