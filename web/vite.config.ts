import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { messages } from './build/messages.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte(), messages(here('messages'))],
  build: {
    target: 'es2022',
    /* Nothing inlined: the pages run under script-src 'self' and style-src 'self'. */
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here('index.html'), session: here('session.html'), wall: here('wall.html'), print: here('print.html') },
    },
  },
});
