import { messageOf } from '../base/error.ts';
import type { MusterEvent, MusterEventBody } from '../journal/event.ts';
import { redacted } from './redaction.ts';
import type { RunEffects, RunListener } from './request.ts';

/** Where the events of one run go: into the journal, then to the listeners. */
export interface Recorder {
  /** All but `progress` and those that could not be kept, in order. */
  readonly events: readonly MusterEvent[];
  /** Makes them durable, all or none, then tells them. Throws what the journal throws; nothing is told then. */
  record(...bodies: readonly MusterEventBody[]): void;
  /** Tells without keeping. */
  tell(body: MusterEventBody): void;
  /** Resolves when no listener is at work any more, or after the time that they are given. Never rejects. */
  settled(): Promise<void>;
}

/** Milliseconds that listeners have, after the last event, for what they do in the background. */
const listenerTime = 60_000;

type Listening = Pick<RunEffects, 'journal' | 'clock' | 'listeners' | 'redact'>;

export function createRecorder(run: string, effects: Listening): Recorder {
  return new JournalRecorder(run, effects);
}

class JournalRecorder implements Recorder {
  readonly events: MusterEvent[] = [];
  readonly #run: string;
  readonly #effects: Listening;
  readonly #pending = new Map<Promise<void>, { readonly listener: RunListener; readonly of: string }>();
  /** A listener that fails again at the same type of event is not recorded again. */
  readonly #known = new Set<string>();

  constructor(run: string, effects: Listening) {
    this.#run = run;
    this.#effects = effects;
  }

  record(...bodies: readonly MusterEventBody[]): void {
    const events = bodies.map((body) => this.#eventOf(body));
    this.#keep(events);
    for (const event of events) this.#tellAll(event);
  }

  tell(body: MusterEventBody): void {
    this.#tellAll(this.#eventOf(body));
  }

  async settled(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, listenerTime);
    await Promise.race([this.#quiet(), late]);
    clearTimeout(timer);
    for (const { listener, of } of this.#pending.values())
      this.#failed(listener, of, `it was not done after ${listenerTime / 1000} seconds`);
  }

  async #quiet(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.keys());
  }

  #eventOf(body: MusterEventBody): MusterEvent {
    const { clock, redact } = this.#effects;
    return { run: this.#run, at: clock.now(), ...redacted(body, redact) };
  }

  #keep(events: readonly MusterEvent[]): void {
    this.#effects.journal.append(...events);
    this.events.push(...events);
  }

  #tellAll(event: MusterEvent): void {
    for (const listener of this.#effects.listeners) this.#tellOne(listener, event);
  }

  #tellOne(listener: RunListener, event: MusterEvent): void {
    try {
      const work = listener(event);
      if (work instanceof Promise) this.#await(work, listener, event.type);
    } catch (error) {
      this.#failed(listener, event.type, messageOf(error));
    }
  }

  #await(work: Promise<void>, listener: RunListener, of: string): void {
    const watched = work
      .catch((error: unknown) => this.#failed(listener, of, messageOf(error)))
      .finally(() => this.#pending.delete(watched));
    this.#pending.set(watched, { listener, of });
  }

  /** Kept, and told to the others. A journal that cannot keep it is found out by the run itself. */
  #failed(listener: RunListener, of: string, message: string): void {
    const name = listener.name === '' ? 'a listener' : listener.name;
    if (of === 'listener.failed' || this.#known.has(`${name} ${of}`)) return;
    this.#known.add(`${name} ${of}`);
    const event = this.#eventOf({ type: 'listener.failed', listener: name, of, message });
    try {
      this.#keep([event]);
    } catch {
      return;
    }
    for (const other of this.#effects.listeners) if (other !== listener) this.#tellOne(other, event);
  }
}
