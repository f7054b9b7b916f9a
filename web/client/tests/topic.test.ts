import { describe, expect, it } from 'vitest';
import { TopicState } from '../topic.js';

function held(v = 10): TopicState {
  const topic = new TopicState();
  topic.snapshot({ epoch: 'e.public.1', v, state: { ideas: { i1: { n: 1 } } } });
  topic.confirm();
  return topic;
}

describe('a topic', () => {
  it('takes epoch and version of a snapshot as one position', () => {
    expect(held().position).toEqual({ epoch: 'e.public.1', v: 10 });
  });

  it('applies a delta whose from is its version, and one whose from is older', () => {
    const topic = held();
    expect(topic.delta({ from: 10, v: 12, patch: { ideas: { i2: { n: 2 } } } })).toBe('changed');
    expect(topic.delta({ from: 7, v: 14, patch: { ideas: { i1: null } } })).toBe('changed');
    expect(topic.document).toEqual({ ideas: { i2: { n: 2 } } });
    expect(topic.position).toEqual({ epoch: 'e.public.1', v: 14 });
  });

  it('wants to be opened again without a position when a delta starts beyond its version', () => {
    const topic = held();
    expect(topic.delta({ from: 11, v: 12, patch: { ideas: { i2: { n: 2 } } } })).toBe('reopen');
    expect(topic.position).toBeNull();
    expect(topic.document).toEqual({ ideas: { i1: { n: 1 } } });
  });

  it('ignores deltas of an opening it has given up', () => {
    const topic = held();
    topic.delta({ from: 11, v: 12, patch: {} });
    expect(topic.delta({ from: 12, v: 13, patch: { ideas: { i3: { n: 3 } } } })).toBe('same');
    expect(topic.document).toEqual({ ideas: { i1: { n: 1 } } });
  });

  it('replaces the epoch together with the version when a delta carries one', () => {
    const topic = held();
    topic.delta({ from: 10, v: 12, patch: {}, epoch: 'e.voted.1' });
    expect(topic.position).toEqual({ epoch: 'e.voted.1', v: 12 });
  });

  it('has no version while a snapshot comes in parts, and shows it when whole', () => {
    const topic = held();
    topic.snapshot({ epoch: 'f.public.1', v: 20, state: { ideas: { i5: { n: 5 } } }, more: true });
    expect(topic.position).toBeNull();
    expect(topic.document).toEqual({ ideas: { i1: { n: 1 } } });
    expect(topic.part({ patch: { ideas: { i6: { n: 6 } } } })).toBe('same');
    expect(topic.delta({ from: 20, v: 23, patch: { ideas: { i5: null } }, epoch: 'f.public.1' })).toBe('changed');
    expect(topic.document).toEqual({ ideas: { i6: { n: 6 } } });
    expect(topic.position).toEqual({ epoch: 'f.public.1', v: 23 });
  });

  it('has no version after a loss in the middle of the parts', () => {
    const topic = held();
    topic.snapshot({ epoch: 'f.public.1', v: 20, state: {}, more: true });
    topic.lost();
    expect(topic.position).toBeNull();
    expect(topic.part({ patch: { ideas: { i6: { n: 6 } } } })).toBe('same');
    expect(topic.delta({ from: 20, v: 23, patch: {} })).toBe('same');
    expect(topic.document).toEqual({ ideas: { i1: { n: 1 } } });
  });

  it('is moved by heartbeats, never back', () => {
    const topic = held();
    topic.heartbeat(15);
    topic.heartbeat(12);
    expect(topic.position).toEqual({ epoch: 'e.public.1', v: 15 });
    expect(topic.delta({ from: 14, v: 16, patch: {} })).toBe('changed');
  });

  it('is not moved by a heartbeat while parts are coming', () => {
    const topic = held();
    topic.snapshot({ epoch: 'f.public.1', v: 20, state: {}, more: true });
    topic.heartbeat(30);
    expect(topic.position).toBeNull();
    expect(topic.delta({ from: 20, v: 23, patch: {} })).toBe('changed');
    expect(topic.position).toEqual({ epoch: 'f.public.1', v: 23 });
  });

  it('is not moved by a heartbeat that comes before the new connection has confirmed it', () => {
    const topic = held();
    topic.lost();
    topic.heartbeat(40);
    expect(topic.position).toEqual({ epoch: 'e.public.1', v: 10 });
    topic.confirm();
    topic.heartbeat(41);
    expect(topic.position).toEqual({ epoch: 'e.public.1', v: 41 });
  });
});
