import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../src/base/clock.ts';
import { MusterError } from '../../src/base/error.ts';
import type { ObjectStore, ObjectWriter } from '../../src/storage/store.ts';
import { around, type Operation } from '../../src/storage/wrap/around.ts';

/** What goes wrong at which request. */
export interface PlannedFault {
  /** The method, such as `put`, `write` of a writer or `list` for a step of a listing. */
  readonly on: string;
  /** Only requests for this object. */
  readonly name?: string;
  /** From the how-manieth such request on: 1 for the first. Default 1. */
  readonly nth?: number;
  /** How many times. Default 1. */
  readonly times?: number;
  readonly fault: Fault;
}

/**
 * `fail`: throws; `when` it is `after`, the request has been done all the same. `cut`: a `get` yields only so many bytes,
 * and fails. `delay`: it takes longer.
 */
export type Fault =
  | { readonly kind: 'fail'; readonly code?: string; readonly retryAfter?: number; readonly when?: 'before' | 'after' }
  | { readonly kind: 'cut'; readonly bytes: number }
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultOptions {
  readonly planned?: readonly PlannedFault[];
  /** Of all requests, such a share fails, before or after it is done; the same ones for the same seed. */
  readonly random?: { readonly share: number; readonly seed: number };
  readonly clock?: Clock;
}

const lasting = new Set(['storage-full', 'storage-refused', 'storage-missing', 'object-locked']);

/** The same store with faults. A planned one that hasn't happened when the test ends fails the test. */
export function withFaults(store: ObjectStore, options: FaultOptions): ObjectStore {
  const { planned = [], random, clock = systemClock } = options;
  const states = planned.map((fault) => ({ ...fault, met: 0, left: fault.times ?? 1 }));
  const dice = random && createDice(random.seed);
  onTestFinished(() => {
    const left = states.filter((state) => state.left > 0).map(({ on, nth = 1 }) => `${on} ${nth}`);
    if (left.length > 0) throw new Error(`planned faults never happened: ${left.join(', ')}`);
  });
  const due = (operation: Operation): Fault | undefined => {
    const meant = states.filter(
      ({ on, name }) => on === operation.doing && (name ?? operation.name) === operation.name,
    );
    for (const state of meant) state.met += 1;
    const next = meant.find(({ met, nth = 1, left }) => met >= nth && left > 0);
    if (next) {
      next.left -= 1;
      return next.fault;
    }
    if (!random || !dice || dice() >= random.share) return undefined;
    return { kind: 'fail', when: dice() < 0.5 ? 'before' : 'after' };
  };
  const faulty = around(store, (operation, run) => suffer(operation, run, { fault: due(operation), clock }));
  // An `abort` that fails would say nothing about the writer.
  return { ...faulty, writer: async () => withPlainAbort(await faulty.writer()) };
}

function withPlainAbort(writer: ObjectWriter): ObjectWriter {
  return { ...writer, abort: () => writer.abort().catch(() => undefined) };
}

interface Suffering {
  readonly fault: Fault | undefined;
  readonly clock: Clock;
}

async function suffer<T>(operation: Operation, run: () => Promise<T>, { fault, clock }: Suffering): Promise<T> {
  if (fault === undefined) return await run();
  if (fault.kind === 'delay') {
    await clock.sleep(fault.ms);
    return await run();
  }
  if (fault.kind === 'cut') {
    const bytes = await run();
    if (!Buffer.isBuffer(bytes)) throw new Error('only a get can be cut');
    throw faultOf(operation, { kind: 'fail' }, ` after ${Math.min(fault.bytes, bytes.length)} bytes`);
  }
  if (fault.when === 'after') await run();
  throw faultOf(operation, fault, '');
}

function faultOf({ doing, name }: Operation, fault: Fault & { readonly kind: 'fail' }, detail: string): MusterError {
  const { code = 'storage-unreachable', retryAfter } = fault;
  return new MusterError(`${doing} ${name} was cut off${detail}`, { code, retryable: !lasting.has(code), retryAfter });
}

/** Mulberry32: small, and the same everywhere. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
