/* What makes a page one for everyone: asked of a device wherever it is. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const TARGET_PX = 44;
export const LONG = 'Anticonstitutionnellement-intergouvernementalisations-electroencephalographiques';

async function assertAxe(device, where) {
  if (!await device.page.evaluate(() => 'axe' in window)) await device.page.evaluate(axe);
  const { violations } = await device.page.evaluate((tags) => window.axe.run(document, {
    runOnly: [...tags, 'best-practice'], resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }), TAGS);
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`), []);
}

/** Everything that can be pressed and is on screen, too small ones only. */
async function assertTargets(device, where) {
  const small = await device.page.evaluate((least) => {
    const open = document.querySelector('dialog[open]') ?? document;
    const all = [...open.querySelectorAll('a[href], button, select, textarea, summary, label:has(input:is([type="radio"], [type="checkbox"], [type="file"])), input:not([type="radio"], [type="checkbox"], [type="file"])')];
    return all.filter((each) => !each.matches('.skip') && each.checkVisibility()).map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < least || height < least).map(([html, { width, height }]) => `${width} x ${height}: ${html}`);
  }, TARGET_PX);
  assert.deepEqual(small, [], where);
}

export async function assertFits(device, where) {
  const { over, beyond } = await device.page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const beyond = [...document.querySelectorAll('body *')].filter((each) => !each.closest('nav, .hidden-text, [data-test="sheet"]') &&
      each.getBoundingClientRect().right > clientWidth + 1).map((each) => each.outerHTML.slice(0, 100));
    return { over: scrollWidth - clientWidth, beyond: beyond.slice(0, 4) };
  });
  assert.ok(over <= 0, `${where}: ${over} px too wide: ${beyond.join(' | ')}`);
}

async function assertWords(device, where) {
  const text = await device.page.evaluate(() => document.body.innerText + [...document.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label')).join(' '));
  const found = text.match(/\b(session|challenge|ballot|tally|sealed|updown|approval|budget|token|topic|epoch|after_vote|undefined|null|NaN|websocket|json)\b|\[object|\{\w+\}/gi);
  assert.deepEqual(found, null, where);
}

/** One banner a page, dialogs included: asked here, because axe looks behind a dialog only where it misses that it is modal. */
async function assertBanners(device, where) {
  const banners = await device.page.evaluate(() => [...document.querySelectorAll('header')]
    .filter((each) => !each.closest('article, aside, main, nav, section')).map((each) => each.parentElement.outerHTML.slice(0, 100)));
  assert.ok(banners.length <= 1, `${where}: ${banners.join(' | ')}`);
}

export async function assertGood(device, where) {
  await assertBanners(device, where);
  await assertTargets(device, where);
  await assertFits(device, where);
  await assertWords(device, where);
  await assertAxe(device, where);
}
