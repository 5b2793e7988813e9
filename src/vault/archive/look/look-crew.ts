import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { CaptureRules } from '../../../base/capture.ts';
import type { SharedReading } from '../../repository.ts';
import { startThread } from '../../worker/thread.ts';
import type { LookMessage, LookThreadData } from './look-thread.ts';
import type { KnownSubfolder, Looker, LookResult, LookRules, LookTask } from './looker.ts';

/** A folder of the parent snapshot that somebody will look at. */
export interface Ticket {
  readonly of: PlannedFolder;
  readonly subfolder: KnownSubfolder;
  /** `waiting`, with a `thread`, or looked at. */
  state: 'waiting' | 'thread' | 'done';
  result: Exclude<LookResult, 'later'>;
}

/** The folder that they lie in. */
export interface PlannedFolder extends Omit<LookTask, 'subfolders'> {
  readonly rules: LookRules & { readonly elsewhere: CaptureRules };
}

export interface LookCrewOptions {
  readonly looker: Looker;
  readonly reading: SharedReading;
  /** All that may be met. */
  readonly rules: readonly CaptureRules[];
  /** Besides the main one. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Threads cost memory and 50 ms: there are none until it is clear that there is much to look at. */
const manyFolders = 400;
const manyEntries = 8000;
/** What a thread gets at once. */
const handed = 16;

/** Has folders compared with the parent snapshot, ahead of the walk, by threads and by the main one. */
export class LookCrew {
  readonly #options: LookCrewOptions;
  /** The next one is the last; some of them need not be looked at any more. */
  readonly #waiting: Ticket[] = [];
  #threads: LookThread[] = [];
  #planned = 0;
  #fault: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(options: LookCrewOptions) {
    this.#options = options;
  }

  /** They come before all that was planned earlier: the walk goes down first. */
  plan(of: PlannedFolder, subfolders: readonly KnownSubfolder[]): readonly Ticket[] {
    const tickets = subfolders.map((subfolder): Ticket => ({ of, subfolder, state: 'waiting', result: undefined }));
    this.#putBack(tickets);
    this.#planned += tickets.length;
    this.#startIfWorthIt();
    this.#deal();
    return tickets;
  }

  /** Nobody needs them any more. */
  drop(tickets: Iterable<Ticket>): void {
    for (const ticket of tickets) if (ticket.state === 'waiting') ticket.state = 'done';
  }

  /** Looks at other folders until a thread has looked at this one; does it here when none has begun. */
  async result(ticket: Ticket): Promise<Ticket['result']> {
    while (ticket.state !== 'done') {
      this.#options.signal.throwIfAborted();
      if (this.#fault !== undefined) throw this.#fault.error;
      if (!this.#workOn(ticket.state === 'waiting' ? ticket : this.#next()))
        await new Promise<void>((resolve) => (this.#wake = resolve));
      else await setImmediate();
    }
    return ticket.result;
  }

  /** What threads are at comes to an end before folders are closed. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #workOn(ticket: Ticket | undefined): boolean {
    if (ticket === undefined) return false;
    const { of, subfolder } = ticket;
    const [result] = this.#options.looker.run(taskOf(of, [subfolder]), of.rules);
    settle(ticket, result);
    return true;
  }

  #startIfWorthIt(): void {
    const isMuch = this.#planned > manyFolders || this.#options.looker.seen > manyEntries;
    if (isMuch && this.#threads.length === 0) this.#start();
  }

  #start(): void {
    const { threads, reading, rules } = this.#options;
    const onResults = (later: readonly Ticket[]): void => {
      this.#putBack(later);
      this.#deal();
      this.#wake();
    };
    const onFault = (error: unknown): void => {
      this.#fault ??= { error };
      this.#wake();
    };
    const data: LookThreadData = { ...reading, rules };
    this.#threads = Array.from({ length: threads }, () => new LookThread({ data, onResults, onFault }));
  }

  #putBack(tickets: readonly Ticket[]): void {
    for (const ticket of tickets.toReversed()) this.#waiting.push(ticket);
  }

  /** It stays where it is. */
  #next(): Ticket | undefined {
    while (this.#waiting.at(-1)?.state === 'done') this.#waiting.pop();
    return this.#waiting.at(-1);
  }

  #deal(): void {
    for (const thread of this.#threads) while (thread.tasks < 2 && this.#next() !== undefined) this.#give(thread);
  }

  /** Never all that is there: the main thread wants something to do, too. */
  #give(thread: LookThread): void {
    const first = this.#next();
    if (first === undefined) return;
    const most = Math.min(handed, Math.ceil(this.#waiting.length / (this.#threads.length + 2)));
    const tickets: Ticket[] = [];
    while (tickets.length < most && this.#next()?.of === first.of) tickets.push(...this.#waiting.splice(-1));
    thread.give(tickets, this.#options.rules.indexOf(first.of.rules.elsewhere));
  }
}

function taskOf({ fd, prefix, path }: PlannedFolder, subfolders: readonly KnownSubfolder[]): LookTask {
  return { fd, prefix, path, subfolders };
}

/** False when it has to wait again. */
function settle(ticket: Ticket, result: LookResult): boolean {
  ticket.state = result === 'later' ? 'waiting' : 'done';
  if (result !== 'later') ticket.result = result;
  return result !== 'later';
}

interface LookThreadOptions {
  readonly data: LookThreadData;
  readonly onResults: (later: readonly Ticket[]) => void;
  readonly onFault: (error: unknown) => void;
}

class LookThread {
  readonly #worker: Worker;
  readonly #given: (readonly Ticket[])[] = [];
  #idle: () => void = () => undefined;
  #stopped = false;

  constructor({ data, onResults, onFault }: LookThreadOptions) {
    this.#worker = startThread(new URL('./look-thread.ts', import.meta.url), data);
    this.#worker.on('message', (results: readonly LookResult[]) => {
      const tickets = this.#given.shift() ?? [];
      const later = tickets.filter((ticket, i) => !settle(ticket, results[i]));
      if (this.#given.length === 0) this.#idle();
      if (!this.#stopped) onResults(later);
    });
    this.#worker.on('error', (error) => {
      this.#given.length = 0;
      this.#idle();
      onFault(error);
    });
  }

  get tasks(): number {
    return this.#given.length;
  }

  give(tickets: readonly Ticket[], rules: number): void {
    const [first] = tickets;
    if (first === undefined) return;
    for (const ticket of tickets) ticket.state = 'thread';
    this.#given.push(tickets);
    const subfolders = tickets.map(({ subfolder }) => subfolder);
    const message: LookMessage = { task: taskOf(first.of, subfolders), rules };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin.
    this.#worker.postMessage(message);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#given.length > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await this.#worker.terminate();
  }
}
