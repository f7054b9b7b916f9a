/* What is asked of a server in more than one place: the options of palabre-load, and how `palabre serve` is started for it. */

export const sizes = (quick) => ({
  listeners: quick ? 200 : 2000, crowd: quick ? 300 : 5000, time: quick ? { warmup: 1, seconds: 2 } : { warmup: 2, seconds: 5 },
});

/* Palabre's change comes from a vote in each tick; its tick is so short that it is always late. A peer's driver has four
 * publications under way. */
export const BROADCAST_TICK = ['--tick', '1'];
export const broadcast = ({ listeners, time }, ours) => ({ listeners, ...time, ...(ours ? { voters: 100, rate: 250 } : { payload: 200 }) });
export const join = ({ crowd }, bare) => ({ clients: crowd, ideas: 200, ...(bare ? { bare: true } : {}) });
/** Votes as fast as they are answered, so many under way; of so many people that none of them votes too often. */
export const acks = ({ time }, window) => ({ listeners: 0, voters: 4000, rate: 0, window, ...time });
