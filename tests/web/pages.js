/* The pages as people have them: a browser, a phone or a laptop or a wall for each person, and what must never happen on
 * any of them. A console error, a script fault, a breach of the content security policy or a request to another origin
 * fails the test that it happens in. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Palabre, ROOT, challenge, dateIn, sleep } from '../story/palabre.js';

export { Palabre, ROOT, challenge, dateIn, sleep };

export const PHONE = { width: 390, height: 844 };
export const LAPTOP = { width: 1280, height: 800 };
export const BIG = { width: 1920, height: 1080 };

const PATIENCE_MS = 20_000;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-proxy-server'];
/* What a browser says by itself about a connection that the test has cut. */
const REFUSED = /Failed to load resource: the server responded with a status of 4\d\d/;
const CUT = /WebSocket connection to|net::ERR_|Failed to load resource/;

const catalogue = (locale) => JSON.parse(readFileSync(join(ROOT, 'web/messages', `${locale}.json`), 'utf8'));
export const WORDS = { fr: catalogue('fr'), en: catalogue('en') };

/** The browser of a test file, and everyone in it. */
export class Crowd {
  static async gather() {
    const crowd = new Crowd();
    crowd.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return crowd;
  }

  people = [];
  faults = [];

  /** A new device. `cut`: its connection will be cut; `refused`: the server will say no to it. The browser reports both.
   *  `moving`: its owner has not asked for stillness. */
  async device(url, { viewport = PHONE, scheme = 'light', locale = 'fr-FR', cut = false, refused = false, moving = false } = {}) {
    const context = await this.browser.newContext({
      viewport, colorScheme: scheme, locale, reducedMotion: moving ? 'no-preference' : 'reduce', hasTouch: viewport.width < 500,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const { origin, host } = new URL(url);
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !(cut && CUT.test(text)) && !(refused && REFUSED.test(text))) this.faults.push(`console: ${text}`);
    });
    page.on('pageerror', (error) => this.faults.push(`fault: ${error.stack}`));
    page.on('request', (request) => {
      const to = request.url();
      if (!/^(data|blob):/.test(to) && new URL(to).origin !== origin) this.faults.push(`a request to ${to}`);
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== host) this.faults.push(`a connection to ${socket.url()}`);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    });
    const device = new Device(this, page, url);
    this.people.push(device);
    await page.goto(url);
    return device;
  }

  /** A person who has followed a link with a code, or is about to type one. */
  guest(server, session, code, options) {
    return this.device(`${server.url}/${session}${code ? `#k=${code}` : ''}`, options);
  }

  /** A person who has opened the link and joined. */
  async person(server, session, name = '', options = {}) {
    const device = await this.device(`${server.url}/${session}`, options);
    await device.enter(name);
    return device;
  }

  wall(server, session, { token, ...options } = {}) {
    return this.device(`${server.url}/${session}/wall${token ? `#t=${token}` : ''}`, { viewport: LAPTOP, ...options });
  }

  /** Between tests: everyone goes home, and nothing went wrong on any of their screens. */
  async rest() {
    for (const { page } of this.people) await page.context().close();
    this.people = [];
    const faults = this.faults;
    this.faults = [];
    assert.deepEqual(faults, []);
  }

  async leave() {
    await this.browser.close();
  }
}

/** One device and what is on it. Elements are named by their data-test. */
class Device {
  constructor(crowd, page, url) {
    this.crowd = crowd;
    this.page = page;
    this.url = url;
  }

  at(name, more = '') {
    return this.page.locator(`[data-test="${name}"]${more}`);
  }

  sees(name, more = '') {
    return this.at(name, more).first().waitFor();
  }

  async seesNot(name, more = '') {
    await this.page.waitForFunction((selector) => !document.querySelector(selector), `[data-test="${name}"]${more}`);
  }

  async says(text) {
    await this.page.getByText(text).first().waitFor();
  }

  press(name, more = '') {
    return this.at(name, more).first().click();
  }

  /** Within one idea's card. */
  on(idea, name, more = '') {
    return this.page.locator(`[data-test="idea"][data-idea="${idea}"] [data-test="${name}"]${more}`);
  }

  async enter(name = '') {
    await this.sees('join');
    if (name) await this.at('join-name').fill(name);
    await this.press('join');
    await this.arrives();
  }

  /** Behind the door, with something to look at. */
  async arrives() {
    await this.sees('question');
    await this.page.locator('[data-test="feed"] :is([data-test="idea"], [data-test="empty"])').first().waitFor();
  }

  /** Waits until this idea's card counts `score`. */
  counts(idea, score) {
    return this.on(idea, 'tally', `[data-score="${score}"]`).waitFor();
  }

  /** Waits until this idea's row on the wall counts `score`. */
  rowCounts(idea, score) {
    return this.page.locator(`[data-test="row"][data-idea="${idea}"] [data-test="figure"][data-score="${score}"]`).waitFor();
  }

  async code(text) {
    await this.sees('join-code');
    await this.at('join-code').fill('');
    await this.at('join-code').pressSequentially(text);
  }

  /** Who this is, by their token. */
  async id(session) {
    const token = await this.page.evaluate((key) => localStorage.getItem(key), `palabre.token.${session}`);
    return JSON.parse(Buffer.from(token.split('.')[2], 'base64url').subarray(0, -64).toString()).sub;
  }

  /** What one's own part says of oneself. */
  async self() {
    await this.press('you');
    await this.sees('level');
    const level = await this.at('level').getAttribute('data-level');
    const groups = await this.at('group').evaluateAll((all) => Object.fromEntries(all.map((each) => [each.dataset.group, each.textContent.trim()])));
    await this.page.keyboard.press('Escape');
    await this.seesNot('dialog-you');
    return { level, groups };
  }

  ideas() {
    return this.page.locator('[data-test="idea"]').evaluateAll((all) => all.map((each) => each.dataset.idea));
  }

  async propose(title, body) {
    await this.press('compose');
    await this.at('compose-title').fill(title);
    if (body) await this.at('compose-body').fill(body);
    await this.press('compose-publish');
    await this.seesNot('dialog-compose');
    const card = this.page.locator('[data-test="idea"]', { hasText: title }).first();
    await card.waitFor();
    return card.getAttribute('data-idea');
  }

  link(state) {
    return this.page.locator(`[data-test="link"][data-link="${state}"]`).waitFor({ state: 'attached' });
  }
}
