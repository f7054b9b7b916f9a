import { describe, expect, it } from 'vitest';
import type { Door } from '../client/protocol.js';
import { asked, joinParams, lacking, type Answers } from '../src/lib/door.js';

const door = (more: Partial<Door> = {}): Door =>
  ({ id: 'danette', title: 'Danette', brief: '', brand: 'default', locale: 'fr', languages: ['fr'], state: 'open', join: ['open'], groups: {}, ...more });
const nobody: Answers = { name: '', code: '', sso: null, groups: {}, accepted: false };
const groups: Door['groups'] = {
  status: { title: 'Vous êtes', values: { client: 'Client', staff: 'Salarié' }, from: ['code', 'ask'] },
  store: { title: 'Magasin', values: { lille: 'Lille' }, from: ['code'] },
};
const terms = { version: '2', text: 'Tout.', privacy: 'https://example.org/' };

describe('what is asked at the door', () => {
  it('is each group that one may choose oneself', () => {
    expect(asked(door({ groups }), false, [])).toEqual(['status']);
  });
  it('is, of the invited, only what their invitation turned out not to say', () => {
    expect(asked(door({ groups }), true, [])).toEqual([]);
    expect(asked(door({ groups, join: ['code', 'sso'] }), false, [])).toEqual([]);
    expect(asked(door({ groups }), true, ['status'])).toEqual(['status']);
  });
});

describe('what is lacking', () => {
  it('is nothing where the link alone is enough', () => {
    expect(lacking(door(), nobody, [])).toBeNull();
  });
  it('is the code where only the invited enter, and a whole one everywhere', () => {
    expect(lacking(door({ join: ['code'] }), nobody, [])?.lack).toBe('code_required');
    expect(lacking(door({ join: ['open', 'code'] }), { ...nobody, code: '7H3' }, [])?.lack).toBe('code_short');
  });
  it('is no code where the brand vouches', () => {
    expect(lacking(door({ join: ['sso'] }), { ...nobody, sso: 'v4.public.x' }, [])).toBeNull();
  });
  it('is an answer, then the terms', () => {
    const asks = door({ groups, terms });
    expect(lacking(asks, nobody, ['status'])).toEqual({ lack: 'group_missing', field: 'group-status' });
    expect(lacking(asks, { ...nobody, groups: { status: 'staff' } }, ['status'])?.lack).toBe('terms_unaccepted');
    expect(lacking(asks, { ...nobody, groups: { status: 'staff' }, accepted: true }, ['status'])).toBeNull();
  });
});

describe('what is said', () => {
  it('is nothing of someone who says nothing', () => {
    expect(joinParams(door(), nobody, [])).toEqual({});
  });
  it('is the code as printed, the answers asked for and the version accepted', () => {
    expect(joinParams(door({ terms }), { name: ' Ana ', code: '7h3kx9qmrt', sso: null, groups: { status: 'staff', old: 'x' }, accepted: true }, ['status']))
      .toEqual({ name: 'Ana', code: '7H3KX-9QMRT', groups: { status: 'staff' }, accept: '2' });
  });
  it('is what the brand gave rather than a code', () => {
    expect(joinParams(door(), { ...nobody, code: '7h3kx9qmrt', sso: 'v4.public.x' }, [])).toEqual({ sso: 'v4.public.x' });
  });
});
