/** 32-bit words of a slot: its state, and the id. */
const slotWords = 9;
const free = 0;
const beingWritten = 1;
const taken = 2;
/** Of the first table; each further one has twice as many. */
const firstSlots = 2 ** 14;

/** Asks before a blob is stored. */
export interface Claims {
  /** True for the first that asks for this id: it has to store the blob. */
  claim(id: string): boolean;
}

/**
 * Ids of the blobs that the threads of one process have taken on to store, in memory that they share: of several that
 * meet the same content at the same time, one stores it. Takes 45 to 90 bytes an id. A claim may succeed twice in the
 * moment at which a table is added; then the blob is stored twice, which does no harm.
 */
export class ClaimedIds implements Claims {
  /** Newest last. */
  readonly #tables: Int32Array[] = [];
  readonly #words = new Int32Array(8);
  readonly #bytes = Buffer.from(this.#words.buffer);

  constructor(tables: readonly SharedArrayBuffer[] = []) {
    for (const table of tables) this.use(table);
  }

  /** A table that another thread has added. */
  use(table: SharedArrayBuffer): void {
    this.#tables.push(new Int32Array(table));
  }

  get tables(): readonly SharedArrayBuffer[] {
    // They were all made of such memory.
    return this.#tables.map(({ buffer }) => buffer as SharedArrayBuffer);
  }

  /** True for the first that asks for this id: it has to store the blob. */
  claim(id: string): boolean {
    this.#bytes.write(id, 'hex');
    const [newest, ...older] = this.#tables.toReversed();
    if (newest === undefined) return true;
    if (older.some((table) => this.#visit(table, 'look') === 'known')) return false;
    return this.#visit(newest, 'claim') !== 'known';
  }

  /** Only one thread may do this: it adds a table when the newest is nearly full, and returns it for the others. */
  grow(): SharedArrayBuffer | undefined {
    const newest = this.#tables.at(-1);
    const slots = newest === undefined ? firstSlots / 2 : slotsOf(newest);
    if (newest !== undefined && Atomics.load(newest, 0) < slots * 0.8) return undefined;
    const table = new SharedArrayBuffer((1 + 2 * slots * slotWords) * 4);
    this.use(table);
    return table;
  }

  /** A table that is full stops to know anything new. */
  #visit(table: Int32Array, purpose: 'look' | 'claim'): 'known' | 'new' {
    const slots = slotsOf(table);
    for (let tried = 0, slot = this.#home(slots); tried < slots; tried += 1, slot = (slot + 1) % slots) {
      const at = 1 + slot * slotWords;
      const state = stateOf(table, at);
      if (state === taken && this.#isAt(table, at)) return 'known';
      if (state === taken) continue;
      if (purpose === 'look') return 'new';
      if (this.#take(table, at)) return 'new';
      // Another was quicker: look at what it put there.
      tried -= 1;
      slot = (slot + slots - 1) % slots;
    }
    return 'new';
  }

  #home(slots: number): number {
    return (this.#words[1] ?? 0) & (slots - 1);
  }

  #isAt(table: Int32Array, at: number): boolean {
    for (let i = 0; i < 8; i += 1) if (table[at + 1 + i] !== this.#words[i]) return false;
    return true;
  }

  #take(table: Int32Array, at: number): boolean {
    if (Atomics.compareExchange(table, at, free, beingWritten) !== free) return false;
    table.set(this.#words, at + 1);
    Atomics.store(table, at, taken);
    Atomics.add(table, 0, 1);
    return true;
  }
}

function slotsOf(table: Int32Array): number {
  return (table.length - 1) / slotWords;
}

/** Waits for the few instructions that another thread needs to write an id. */
function stateOf(table: Int32Array, at: number): number {
  for (;;) {
    const state = Atomics.load(table, at);
    if (state !== beingWritten) return state;
  }
}
