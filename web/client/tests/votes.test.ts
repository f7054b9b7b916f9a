import { describe, expect, it } from 'vitest';
import type { Ballot, OwnBallots } from '../protocol.js';
import { Votes, allowance } from '../votes.js';

interface Out {
  idea: string;
  value: number;
  answer(value?: number): Promise<void>;
  refuse(): Promise<void>;
}

const own = (votes: Record<string, number>): OwnBallots => ({ votes, parked: {}, given_up: {} });
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

function make(ballot: Ballot) {
  const out: Out[] = [];
  const refused: string[] = [];
  const votes = new Votes(
    ballot,
    (idea, value) => new Promise((resolve, reject) => {
      out.push({
        idea, value,
        answer: (given = value) => (resolve({ idea, value: given }), turn()),
        refuse: () => (reject(new Error('no')), turn()),
      });
    }),
    () => {},
    (idea) => refused.push(idea),
  );
  return { votes, out, refused };
}

describe('votes', () => {
  it('show at once, before the answer', () => {
    const { votes } = make('approval');
    votes.counted(own({ i1: 1 }));
    votes.set('i2', 1);
    votes.set('i1', 0);
    expect(votes.votes()).toEqual({ i2: 1 });
  });

  it('go back to what was counted when refused, and say so', async () => {
    const { votes, out, refused } = make('approval');
    votes.counted(own({ i1: 1 }));
    votes.set('i1', 0);
    await out[0]!.refuse();
    expect(votes.votes()).toEqual({ i1: 1 });
    expect(refused).toEqual(['i1']);
  });

  it('stay shown between the answer and the topic that follows it', async () => {
    const { votes, out } = make('approval');
    votes.set('i1', 1);
    await out[0]!.answer();
    expect(votes.votes()).toEqual({ i1: 1 });
    votes.counted(own({ i1: 1 }));
    votes.counted(own({}));
    expect(votes.votes()).toEqual({});
  });

  it('go out one at a time, in the order asked, the last value of each idea only', async () => {
    const { votes, out } = make('budget');
    votes.set('i1', 1);
    votes.set('i1', 2);
    votes.set('i2', 4);
    votes.set('i1', 3);
    expect(out.map(({ idea, value }) => [idea, value])).toEqual([['i1', 1]]);
    await out[0]!.answer();
    await out[1]!.answer();
    await out[2]!.answer();
    expect(out.map(({ idea, value }) => [idea, value])).toEqual([['i1', 1], ['i2', 4], ['i1', 3]]);
    expect(votes.votes()).toEqual({ i1: 3, i2: 4 });
  });

  it('of a single vote move from one idea to another at once', async () => {
    const { votes, out } = make('single');
    votes.counted(own({ i1: 1 }));
    votes.set('i2', 1);
    expect(votes.votes()).toEqual({ i2: 1 });
    votes.set('i3', 1);
    expect(votes.votes()).toEqual({ i3: 1 });
    await out[0]!.answer();
    await out[1]!.answer();
    votes.counted(own({ i3: 1 }));
    expect(votes.votes()).toEqual({ i3: 1 });
  });

  it('tell what is left with the votes shown', () => {
    const { votes } = make('budget');
    const challenge = { ballot: 'budget' as const, budget: { dots: 10, per_idea: 5 } };
    expect(votes.left(challenge)).toBe(10);
    votes.counted(own({ i1: 3 }));
    votes.set('i2', 4);
    expect(votes.left(challenge)).toBe(3);
    votes.set('i1', 0);
    expect(votes.left(challenge)).toBe(6);
  });

  it('know what one person may spend', () => {
    expect(allowance({ ballot: 'single' })).toBe(1);
    expect(allowance({ ballot: 'approval', choose: 3 })).toBe(3);
    expect(allowance({ ballot: 'approval' })).toBeUndefined();
    expect(allowance({ ballot: 'stars' })).toBeUndefined();
  });
});
