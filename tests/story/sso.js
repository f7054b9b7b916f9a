/* The example of docs/sso.md, as it stands there, and a brand that uses it. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './palabre.js';

/** What the documentation exports: `login` and `paserk`. */
export async function example(folder) {
  const [, lines] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/sso.md'), 'utf8'));
  const file = join(folder, 'login.mjs');
  writeFileSync(file, lines);
  return import(pathToFileURL(file).href);
}

export class Brand {
  /** Makes a brand on this server, with a key of its own. */
  static async make(palabre, id) {
    const brand = new Brand();
    Object.assign(brand, await example(palabre.folder), { palabre, id, ...generateKeyPairSync('ed25519') });
    await palabre.cli('brand', 'create', id, '--name', `La marque ${id}`);
    brand.kid = await palabre.cli('brand', 'key', id, 'add', brand.paserk(brand.publicKey));
    assert.match(brand.kid, /^k4\.pid\./);
    brand.deployment = (await palabre.get('/api/v1/about')).json.deployment;
    return brand;
  }

  /** A log-in of this brand; `more` replaces what is usual. */
  token(subject, more = {}) {
    return this.login({ key: this.privateKey, kid: this.kid, brand: this.id, deployment: this.deployment, subject, ...more });
  }

  /** A token for its staff. */
  async staff() {
    this.staffToken ??= await this.palabre.cli('token', '--brand', this.id);
    return this.staffToken;
  }
}
