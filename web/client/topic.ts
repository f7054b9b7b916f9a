/* One topic as this client holds it: the document, and the position at which it is true.
 *
 *   nothing --snapshot--> held --delta (from <= v)--> held
 *   any --snapshot more--> coming --part--> coming --delta--> held
 *   held --delta (from > v)--> nothing, and the caller opens the topic again without a position
 *   coming --connection lost--> nothing
 *
 * 1. `position` is one value, replaced whole: an epoch is never paired with another epoch's version.
 * 2. While a snapshot comes in parts there is no position; the document last held stays readable.
 * 3. Heartbeats move a held topic only, never back, and only on a connection that has confirmed it. */

import { merge } from './merge.js';

export interface Position {
  readonly epoch: string;
  readonly v: number;
}

export interface SnapshotFrame {
  epoch: string;
  v: number;
  state: unknown;
  more?: boolean;
}

export interface PartFrame {
  patch: unknown;
}

export interface DeltaFrame {
  from: number;
  v: number;
  patch: unknown;
  epoch?: string;
}

/** changed: there is something to show; same: nothing to do; reopen: open again without a position. */
export type Effect = 'changed' | 'same' | 'reopen';

export class TopicState {
  document: unknown = undefined;
  position: Position | null = null;
  #coming: { position: Position; document: unknown } | null = null;
  #confirmed = false;

  /** The server has said, on this connection, that it serves the topic. */
  confirm(): void {
    this.#confirmed = true;
  }

  snapshot(frame: SnapshotFrame): Effect {
    const position = { epoch: frame.epoch, v: frame.v };
    if (frame.more) {
      this.position = null;
      this.#coming = { position, document: frame.state };
      return 'same';
    }
    this.#hold(position, frame.state);
    return 'changed';
  }

  part(frame: PartFrame): Effect {
    if (!this.#coming) return 'same';
    this.#coming.document = merge(this.#coming.document, frame.patch);
    return 'same';
  }

  delta(frame: DeltaFrame): Effect {
    const base = this.#coming ?? (this.position && { position: this.position, document: this.document });
    /* Left over from an opening that this client has given up: the new one is on its way. */
    if (!base) return 'same';
    if (frame.from > base.position.v) {
      this.position = null;
      this.#coming = null;
      return 'reopen';
    }
    this.#hold({ epoch: frame.epoch ?? base.position.epoch, v: frame.v }, merge(base.document, frame.patch));
    return 'changed';
  }

  heartbeat(v: number): void {
    if (this.#confirmed && this.position && v > this.position.v) this.position = { epoch: this.position.epoch, v };
  }

  /** The connection is gone: what was coming in parts never will. */
  lost(): void {
    this.#coming = null;
    this.#confirmed = false;
  }

  #hold(position: Position, document: unknown): void {
    this.position = position;
    this.document = document;
    this.#coming = null;
  }
}
