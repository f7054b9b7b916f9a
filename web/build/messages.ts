/* Compiles the ICU MessageFormat catalogues of messages/ into plain functions at build time, so that no parser (which
 * would need eval or kilobytes) is shipped. `import fr from 'virtual:messages/fr'`. */

import { readFileSync } from 'node:fs';
import MessageFormat from '@messageformat/core';
import compileModule from '@messageformat/core/compile-module';
import type { Plugin } from 'vite';

const PREFIX = 'virtual:messages/';

export function compileCatalogue(locale: string, messages: Record<string, string>): string {
  return compileModule(new MessageFormat(locale, { strictPluralKeys: true }), messages);
}

export function messages(folder: string): Plugin {
  const file = (locale: string) => `${folder}/${locale}.json`;
  return {
    name: 'palabre-messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const locale = id.slice(PREFIX.length + 1);
      this.addWatchFile(file(locale));
      return compileCatalogue(locale, JSON.parse(readFileSync(file(locale), 'utf8')) as Record<string, string>);
    },
  };
}
