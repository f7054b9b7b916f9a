import type { ErrorData } from './protocol.js';

/** What the server refused, by the names of protocol/errors.def. */
export class PalabreError extends Error {
  readonly code: number;
  readonly data: ErrorData;

  constructor(code: number, message: string, data: ErrorData) {
    super(message);
    this.name = 'PalabreError';
    this.code = code;
    this.data = data;
  }

  /** The error's name in errors.def. */
  get error(): string {
    return this.data.name;
  }
}

/** What this side gives up: no answer within the deadline, or the connection was ended on purpose. */
export class Unanswered extends Error {
  readonly reason: 'deadline' | 'ended';

  constructor(reason: 'deadline' | 'ended') {
    super(reason === 'deadline' ? 'no answer within the deadline' : 'the connection has ended');
    this.name = 'Unanswered';
    this.reason = reason;
  }
}

interface RawError {
  code?: unknown;
  message?: unknown;
  data?: unknown;
}

/** From a JSON-RPC error object. */
export function errorOf(raw: RawError): PalabreError {
  const data = typeof raw.data === 'object' && raw.data !== null ? (raw.data as Partial<ErrorData>) : {};
  return new PalabreError(
    typeof raw.code === 'number' ? raw.code : -32603,
    typeof raw.message === 'string' ? raw.message : '',
    { ...data, name: typeof data.name === 'string' ? data.name : 'internal_error' },
  );
}

/* Refusals that say "not now" rather than "no": a write that meets one was not done, and is tried again. */
const NOT_NOW: ReadonlySet<string> = new Set(['store_unavailable', 'rate_limited', 'behind']);

export function isNotNow(error: PalabreError): boolean {
  return NOT_NOW.has(error.error);
}

/* Refusals of `hello` after which trying again with the same token and session cannot help. */
const FATAL: ReadonlySet<string> = new Set([
  'token_invalid', 'token_expired', 'token_required', 'forbidden', 'session_unknown', 'join_not_open',
  'origin_refused', 'invalid_params', 'method_not_found', 'token_retired', 'banned', 'code_revoked',
]);

export function isFatal(error: PalabreError): boolean {
  return FATAL.has(error.error);
}
