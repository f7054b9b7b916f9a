import { describe, expect, it } from 'vitest';
import { barrier, barrierOf } from '../src/lib/eligible.js';

const ana = { role: 'participant', level: 'code', groups: { status: 'client' } } as const;

describe('who may vote', () => {
  it('is everyone where nothing is said', () => {
    expect(barrier(undefined, ana)).toBeNull();
    expect(barrier({ roles: ['participant'], levels: ['code', 'verified'], groups: { status: ['client'] } }, ana)).toBeNull();
  });
  it('is told by role first, then level, then group', () => {
    const all = { roles: ['expert'], levels: ['verified'], groups: { status: ['staff'] } } as const;
    expect(barrier({ ...all, roles: ['expert'], levels: ['verified'], groups: { status: ['staff'] } }, ana)?.kind).toBe('roles');
    expect(barrier({ levels: ['verified'], groups: { status: ['staff'] } }, ana)?.kind).toBe('levels');
    expect(barrier({ groups: { status: ['staff'] } }, ana))
      .toEqual({ kind: 'groups', dimension: 'status', expected: ['staff'], own: 'client' });
  });
  it('is not someone who has not said', () => {
    expect(barrier({ groups: { store: ['lille'] } }, ana)).toEqual({ kind: 'groups', dimension: 'store', expected: ['lille'], own: undefined });
  });
  it('is read from a refusal alike', () => {
    expect(barrierOf('groups.store', 'lille, nantes')).toEqual({ kind: 'groups', dimension: 'store', expected: ['lille', 'nantes'], own: undefined });
    expect(barrierOf('levels', 'verified')?.kind).toBe('levels');
    expect(barrierOf('value', '1')).toBeNull();
  });
});
