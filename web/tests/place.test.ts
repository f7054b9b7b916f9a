import { describe, expect, it } from 'vitest';
import { isLoopback, sessionOf } from '../src/lib/place.js';

describe('the address', () => {
  it.each([
    ['/danette', 'danette'], ['/danette/wall', 'danette'], ['/a', 'a'], ['/', null], ['/Danette', null],
    ['/9lives', null], [`/${'a'.repeat(33)}`, null],
  ])('%s names the consultation %s', (path, id) => {
    expect(sessionOf(path)).toBe(id);
  });

  it.each(['127.0.0.1', '127.8.0.1', 'localhost', '[::1]', '::1', 'me.localhost', '0.0.0.0'])(
    '%s is reachable from this computer alone', (host) => {
      expect(isLoopback(host)).toBe(true);
    });

  it.each(['192.168.1.20', 'palabre.example', '10.0.0.7', '[fe80::1]', '127.example.org'])(
    '%s is reachable from a phone', (host) => {
      expect(isLoopback(host)).toBe(false);
    });
});
