import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function files(folder: string, kinds: RegExp): [string, string][] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => kinds.test(name) && !name.includes('tests'))
    .map((name) => [`${folder}/${name}`, readFileSync(`${root}/${folder}/${name}`, 'utf8')]);
}

const code = [...files('src', /\.(svelte|ts|css|svg)$/), ...files('client', /\.ts$/)];
const html = ['index', 'session', 'wall', 'print'].map((name): [string, string] =>
  [`${name}.html`, readFileSync(`${root}/${name}.html`, 'utf8')]);

const holding = (pattern: RegExp, where = [...code, ...html]) =>
  where.filter(([, text]) => pattern.test(text)).map(([name]) => name);

describe('the pages', () => {
  it('load nothing from elsewhere', () => {
    expect(holding(/https?:\/\/(?!www\.w3\.org\/)[a-z0-9]/i)).toEqual([]);
  });
  it('have no inline script and no inline style', () => {
    expect(holding(/<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+="|\sstyle="/i, html)).toEqual([]);
    expect(holding(/\sstyle="|\sstyle=\{/)).toEqual([]);
  });
  it('put no text into the page as markup', () => {
    expect(holding(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/)).toEqual([]);
  });
  it('use nothing that plain http from another device lacks', () => {
    expect(holding(/randomUUID\(|serviceWorker|navigator\.clipboard|crypto\.subtle/)).toEqual([]);
  });
});

describe('the client library', () => {
  it('depends on nothing', () => {
    const imports = files('client', /\.ts$/).flatMap(([, text]) => [...text.matchAll(/from '([^']+)'/g)].map((m) => m[1]!));
    expect(imports.filter((name) => !name.startsWith('./'))).toEqual([]);
  });
});
