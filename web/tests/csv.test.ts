import { describe, expect, it } from 'vitest';
import { cells, invitationsCsv, parseInvitations, type Invitation } from '../src/lib/csv.js';

const one: Invitation = { code: 'k3-1', secret: '7H3KX-9QMRT', link: 'https://vote.example.org/s#k=7H3KX-9QMRT', role: 'participant',
  groups: 'status=client,store=lille', label: 'Caisse n° 3, "Lille"', until: '2026-12-01T18:00:00+01:00' };

describe('a file of codes', () => {
  it('is read as it was written, commas, quotes and formulas included', () => {
    const all = [one, { ...one, code: 'k3-2', secret: '00000-11111', label: '=SUM(A1)', until: '' }];
    expect(parseInvitations(invitationsCsv(all))).toEqual(all);
  });
  it('keeps a spreadsheet from taking a label for a formula', () => {
    expect(invitationsCsv([{ ...one, label: '=SUM(A1)' }])).toContain(",'=SUM(A1),");
  });
  it('is read as spreadsheets write it again', () => {
    const text = '\uFEFFcode;secret;link;role;groups;label;until\r\nk1-1;7h3kx9qmrt;;participant;;"Lille; caisse";\r\n\r\n';
    expect(parseInvitations(text)).toEqual([{ code: 'k1-1', secret: '7H3KX-9QMRT', link: '', role: 'participant', groups: '', label: 'Lille; caisse', until: '' }]);
  });
  it('is refused where it holds no codes', () => {
    for (const text of ['', 'a,b\n1,2\n', 'code,secret\nk1-1,short\n', '\u0000PNG']) expect(parseInvitations(text)).toBeNull();
  });
  it('holds 1,000 codes and more', () => {
    expect(parseInvitations(invitationsCsv(Array.from({ length: 1000 }, () => one)))).toHaveLength(1000);
  });
  it('may have line breaks within its cells', () => {
    expect(cells('a,"b\nc"\n1,2')).toEqual([['a', 'b\nc'], ['1', '2']]);
  });
});
