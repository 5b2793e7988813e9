import { connect } from './connect.ts';
import type { SftpPlace } from './place.ts';
import type { SftpSession } from './session.ts';

interface Slot {
  readonly session: Promise<SftpSession>;
  running: number;
}

/** A session that is kept for somebody. */
export interface Held {
  readonly session: SftpSession;
  readonly release: () => void;
}

/** Connections to one place: made when all others are busy, up to a number; one that was lost is made anew. */
export class SftpConnections {
  readonly #place: SftpPlace;
  readonly #most: number;
  readonly #slots = new Set<Slot>();
  #closed = false;

  constructor(place: SftpPlace, most: number) {
    this.#place = place;
    this.#most = most;
  }

  /** Throws the faults of `connect`. */
  async use<T>(run: (session: SftpSession) => Promise<T>): Promise<T> {
    const { session, release } = await this.hold();
    try {
      return await run(session);
    } finally {
      release();
    }
  }

  async hold(): Promise<Held> {
    const slot = this.#pick();
    slot.running += 1;
    try {
      const session = await slot.session;
      session.isIdle(false);
      return { session, release: () => leave(slot, session) };
    } catch (error) {
      slot.running -= 1;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const slots = [...this.#slots];
    await Promise.all(slots.map(({ session }) => session.then((open) => open.close()).catch(() => {})));
  }

  #pick(): Slot {
    const least = [...this.#slots].toSorted((a, b) => a.running - b.running)[0];
    if (least && (least.running === 0 || this.#slots.size >= this.#most)) return least;
    return this.#open();
  }

  #open(): Slot {
    if (this.#closed) throw new Error('the store is closed');
    const slot: Slot = { session: connect(this.#place), running: 0 };
    this.#slots.add(slot);
    void slot.session
      .then(({ ended }) => ended)
      .catch(() => {})
      .finally(() => this.#slots.delete(slot));
    return slot;
  }
}

function leave(slot: Slot, session: SftpSession): void {
  slot.running -= 1;
  if (slot.running === 0) session.isIdle(true);
}
