// Tokens of Palabre read by paseto-ts, and tokens of paseto-ts read by Palabre.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hash as blake2b } from '@stablelib/blake2b'
import { sign, verify } from 'paseto-ts/v4'

const JOIN = 'palabre:join:v1'
const SSO = 'palabre:sso:v1'
const DEPLOYMENT = 'd3b07384'
const HOUR = 3600000

const base = mkdtempSync(join(tmpdir(), 'palabre-token-'))
after(() => rmSync(base, { recursive: true }))
let folders = 0
const newFolder = () => join(base, `keys${++folders}`)

/** Runs token_tool; its output, or an error with what it said. */
function tool(words, input = '') {
  assert.ok(process.env.TOKEN_TOOL, 'TOKEN_TOOL names the program built from token_tool.c')
  const run = spawnSync(process.env.TOKEN_TOOL, words.map(String), { input, encoding: 'utf8' })
  if (run.error) throw run.error
  if (run.status !== 0) throw new Error(run.stderr)
  return run.stdout.replace(/\n$/, '')
}

const keysOf = (folder) =>
  tool(['keys', folder])
    .split('\n')
    .map((line) => line.split(' '))
    .map(([id, key, use]) => ({ id, key, signs: use === 'signs' }))

const secretOf = (folder) => readFileSync(join(folder, 'token.key'), 'utf8').trim()

const make = (folder, now, { ttl = HOUR, session = 'danette', id = 'p12', role = 'participant', level = 'code', groups = '', name = '' } = {}) =>
  tool(['make', folder, DEPLOYMENT, now, ttl, session, id, role, level, groups, name])

const check = (folder, token, now = Date.now()) => JSON.parse(tool(['verify', folder, DEPLOYMENT, now], token))

/** A key pair that Palabre did not make. */
function newKeys() {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const secret = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')])
  return { secretKey: `k4.secret.${secret.toString('base64url')}`, publicKey: `k4.public.${x}` }
}

/** The claims of a participant, as another implementation would write them. */
function claims(now, more = {}) {
  const date = (ms) => new Date(ms).toISOString()
  return {
    iss: 'palabre', sub: 'p7', aud: DEPLOYMENT, exp: date(now + HOUR), nbf: date(now), iat: date(now), jti: 'abc-1',
    ses: 'danette', rol: 'participant', lvl: 'verified', grp: 'status=client', nam: 'Zoé', ...more,
  }
}

const signAs = (folder, payload, { assertion = JOIN, footer = { kid: keysOf(folder)[0].id }, secret = secretOf(folder) } = {}) =>
  sign(secret, payload, { footer, assertion, addExp: false, addIat: false, validatePayload: false })

test('paseto-ts verifies what Palabre signs, and reads the same claims', () => {
  const folder = newFolder()
  const [key] = keysOf(folder)
  const now = Date.now()
  const token = make(folder, now, { groups: 'status=client,store=lille', name: 'Zoé 日本 "😀"' })
  const { payload, footer } = verify(key.key, token, { assertion: JOIN })
  assert.deepEqual(footer, { kid: key.id })
  const { jti, ...rest } = payload
  assert.match(jti, /^[A-Za-z0-9_-]{22}$/)
  const date = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z')
  assert.deepEqual(rest, {
    iss: 'palabre', sub: 'p12', aud: DEPLOYMENT, exp: date(now + HOUR), nbf: date(now), iat: date(now), ses: 'danette',
    rol: 'participant', lvl: 'code', grp: 'status=client,store=lille', nam: 'Zoé 日本 "😀"',
  })
})

test('paseto-ts refuses what Palabre signs under another purpose, key or byte', () => {
  const folder = newFolder()
  const [key] = keysOf(folder)
  const token = make(folder, Date.now())
  const [other] = keysOf(newFolder())
  verify(key.key, token, { assertion: JOIN })
  assert.throws(() => verify(key.key, token, { assertion: SSO }))
  assert.throws(() => verify(key.key, token))
  assert.throws(() => verify(other.key, token, { assertion: JOIN }))
  const at = 'v4.public.'.length + 8
  const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  assert.throws(() => verify(key.key, changed, { assertion: JOIN }))
})

test('Palabre verifies what paseto-ts signs', () => {
  const folder = newFolder()
  const now = Date.now()
  const token = signAs(folder, claims(now))
  assert.deepEqual(check(folder, token, now), {
    session: 'danette', id: 'p7', role: 'participant', level: 'verified', groups: 'status=client', name: 'Zoé',
    issued_at: now, expires_at: now + HOUR, token_id: 'abc-1',
  })
  assert.deepEqual(check(folder, token, now + HOUR), { error: 'token_expired' })
})

test('Palabre verifies what paseto-ts signs with an accepted key', () => {
  const folder = newFolder()
  const [old] = keysOf(folder)
  const secret = secretOf(folder)
  const now = Date.now()
  tool(['rotate', folder])
  const keys = keysOf(folder)
  assert.deepEqual(keys.map((key) => key.signs), [true, false])
  assert.deepEqual(keys[1], { ...old, signs: false })
  assert.equal(check(folder, signAs(folder, claims(now), { secret, footer: { kid: old.id } }), now).id, 'p7')
  assert.equal(check(folder, signAs(folder, claims(now)), now).id, 'p7')
})

test('Palabre refuses what paseto-ts signs otherwise', () => {
  const folder = newFolder()
  const now = Date.now()
  const [key] = keysOf(folder)
  const stranger = newKeys()
  const good = signAs(folder, claims(now))
  const bad = {
    'another purpose': signAs(folder, claims(now), { assertion: SSO }),
    'no purpose': signAs(folder, claims(now), { assertion: '' }),
    'no footer': signAs(folder, claims(now), { footer: '' }),
    'an unknown kid': signAs(folder, claims(now), { footer: { kid: 'k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE' } }),
    'a footer of words': signAs(folder, claims(now), { footer: key.id }),
    'the secret of a stranger': signAs(folder, claims(now), { secret: stranger.secretKey }),
    'another deployment': signAs(folder, claims(now, { aud: 'another' })),
    'another issuer': signAs(folder, claims(now, { iss: 'somebody' })),
    'an unknown role': signAs(folder, claims(now, { rol: 'owner' })),
    'an admin with a session': signAs(folder, claims(now, { rol: 'admin' })),
    'no session': signAs(folder, claims(now, { ses: undefined })),
    'a number for a date': signAs(folder, claims(now, { exp: Math.floor(now / 1000) + 3600 })),
    'not yet valid': signAs(folder, claims(now, { nbf: new Date(now + 61000).toISOString() })),
    'padding': `${good}=`,
    'a mebibyte': `${good}.${'A'.repeat(1 << 20)}`,
    'nothing': '',
  }
  assert.equal(check(folder, good, now).id, 'p7')
  for (const [what, token] of Object.entries(bad))
    assert.deepEqual(check(folder, token, now), { error: 'token_invalid' }, what)
})

test('both sign the same bytes over the same pieces', () => {
  const { secretKey, publicKey } = newKeys()
  for (const footer of ['', 'words', '{"kid":"x"}'])
    for (const assertion of ['', JOIN, 'é😀'])
      for (let size = 0; size < 8; size++) {
        const payload = JSON.stringify({ x: randomBytes(size).toString('hex') })
        const ours = tool(['sign', secretKey, assertion, footer], payload)
        assert.equal(ours, sign(secretKey, payload, { footer, assertion, addExp: false, addIat: false, validatePayload: false }))
        assert.equal(tool(['open', publicKey, assertion], ours), payload)
        assert.equal(tool(['open', publicKey, `${assertion}x`], ours), 'refused')
      }
})

test('the id of a key is the BLAKE2b-264 of its text', () => {
  const folder = newFolder()
  keysOf(folder)
  tool(['rotate', folder])
  const keys = keysOf(folder)
  assert.equal(keys.length, 2)
  for (const { id, key } of keys)
    assert.equal(id, `k4.pid.${Buffer.from(blake2b(Buffer.from(`k4.pid.${key}`), 33)).toString('base64url')}`)
})

test('the secret key is a k4.secret in a file that only its owner reads', () => {
  const folder = newFolder()
  const [key] = keysOf(folder)
  const secret = secretOf(folder)
  assert.match(secret, /^k4\.secret\.[A-Za-z0-9_-]{86}$/)
  const bytes = Buffer.from(secret.slice('k4.secret.'.length), 'base64url')
  assert.equal(`k4.public.${bytes.subarray(32).toString('base64url')}`, key.key)
  assert.equal(statSync(join(folder, 'token.key')).mode & 0o777, 0o600)
})
