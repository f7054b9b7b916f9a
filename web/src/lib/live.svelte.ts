/* The client library as reactive values. */

import { Client, wakeOnReturn, type Status } from '../../client/client';
import type { PalabreError } from '../../client/errors';
import { socketUrl } from './place';

export class Live {
  readonly client: Client;
  #status = $state.raw<Status>({ link: 'connecting', stale: false, hello: null, ended: null, trouble: null, unanswered: 0 });
  /** There was a connection once: what is on screen is worth keeping there. */
  #met = $state(false);

  constructor(session: string, token: string | undefined, onToken: (token: string) => void) {
    this.client = new Client({
      url: socketUrl(location), session, token, onToken,
      onStatus: (status) => {
        this.#status = status;
        if (status.link === 'online') this.#met = true;
      },
    });
    wakeOnReturn(this.client);
  }

  get status(): Status {
    return this.#status;
  }

  get met(): boolean {
    return this.#met;
  }
}

/** A topic that follows a name which may change; null watches nothing. Use while a component is being set up. */
export class Topic<T> {
  #document = $state.raw<T | undefined>(undefined);
  #error = $state.raw<PalabreError | undefined>(undefined);

  constructor(live: Live, name: () => string | null) {
    /* Derived, so that what the name is made from may change without closing the topic. */
    const named = $derived(name());
    $effect(() => {
      const wanted = named;
      this.#document = undefined;
      this.#error = undefined;
      if (wanted === null) return undefined;
      return live.client.watch<T>(wanted, {
        change: (document) => (this.#document = document),
        error: (error) => (this.#error = error),
      });
    });
  }

  get document(): T | undefined {
    return this.#document;
  }

  get error(): PalabreError | undefined {
    return this.#error;
  }
}
