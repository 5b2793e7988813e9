import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf, MusterError } from '../../../src/base/error.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { openHeldWriter } from '../../../src/storage/wrap/held-writer.ts';
import { withRetry } from '../../../src/storage/wrap/retry.ts';
import { defaultRetry, type RetryNotice, type RetryOptions } from '../../../src/storage/wrap/tries.ts';
import { namesOf } from '../../conformance/listing.ts';
import { type FaultOptions, withFaults } from '../faults.ts';
import { leapingClock, localStore, type LeapingClock } from './place.ts';

interface Tried {
  /** What is really there. */
  readonly inner: ObjectStore;
  readonly store: ObjectStore;
  readonly clock: LeapingClock;
  readonly notices: RetryNotice[];
}

function tried(faults: FaultOptions, options: Partial<RetryOptions> = {}): Tried {
  const inner = localStore();
  const clock = leapingClock();
  const notices: RetryNotice[] = [];
  const store = withRetry(withFaults(inner, { clock, ...faults }), {
    policy: patient,
    clock,
    random: () => 1,
    onRetry: (notice) => notices.push(notice),
    ...options,
  });
  return { inner, store, clock, notices };
}

/** As after a first answer. */
const patient = { ...defaultRetry, untilFirstAnswer: undefined };
const bytes = Buffer.from('0123456789');

async function silent(): Promise<never> {
  throw passing();
}

function passing(): MusterError {
  return new MusterError('cut off', { code: 'storage-unreachable', retryable: true });
}

describe('a request that failed for a reason that may pass', () => {
  test('is made again, after waits that grow, and each is told', async () => {
    const { store, clock, notices } = tried({ planned: [{ on: 'put', times: 3, fault: { kind: 'fail' } }] });
    await store.put('a', bytes);
    expect(await store.get('a')).toEqual(bytes);
    expect(clock.slept).toEqual([500, 1000, 2000]);
    expect(notices.map(({ doing, name, attempt, wait }) => [doing, name, attempt, wait])).toEqual([
      ['put', 'a', 1, 500],
      ['put', 'a', 2, 1000],
      ['put', 'a', 3, 2000],
    ]);
    expect(notices[0]?.store).toBe(store.description);
  });

  test.each(['get', 'size', 'remove', 'list'] as const)('is made again: %s', async (on) => {
    const { store, inner } = tried({ planned: [{ on, fault: { kind: 'fail' } }] });
    await inner.put('a', bytes);
    const results = {
      get: () => store.get('a'),
      size: () => store.size('a'),
      remove: () => store.remove('a'),
      list: () => namesOf(store, ''),
    };
    expect(await results[on]()).toEqual({ get: bytes, size: 10, remove: undefined, list: ['a'] }[on]);
  });

  test('a get that was cut yields the whole or nothing', async () => {
    const { store, inner } = tried({ planned: [{ on: 'get', times: 2, fault: { kind: 'cut', bytes: 3 } }] });
    await inner.put('a', bytes);
    expect(await store.get('a')).toEqual(bytes);
  });

  test('ends with its own error when it has been tried often enough', async () => {
    const { store, clock } = tried({ planned: [{ on: 'get', times: 9, fault: { kind: 'fail' } }] });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage-unreachable', message: /get a/ });
    expect(clock.slept).toHaveLength(8);
  });

  test('ends when the time is up', async () => {
    const policy = { ...defaultRetry, limit: 100, within: 10_000 };
    const { store, clock } = tried({ planned: [{ on: 'get', times: 5, fault: { kind: 'fail' } }] }, { policy });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage-unreachable' });
    expect(clock.slept).toEqual([500, 1000, 2000, 4000]);
  });

  test('is given up soon while the store has never answered, and not so soon once it has', async () => {
    const { inner, clock } = tried({});
    let reachable = false;
    const size: ObjectStore['size'] = (name) => (reachable ? inner.size(name) : Promise.reject(passing()));
    const store = withRetry({ ...inner, size }, { policy: defaultRetry, clock, random: () => 1 });
    const began = clock.now();
    await expect(store.size('a')).rejects.toMatchObject({ code: 'storage-unreachable' });
    const givenUp = clock.now();
    expect(givenUp - began).toBeLessThan(15_000);
    await expect(store.size('b')).rejects.toMatchObject({ code: 'storage-unreachable' });
    expect(clock.now()).toBe(givenUp);
    reachable = true;
    await store.size('a');
    reachable = false;
    const again = clock.now();
    await expect(store.size('a')).rejects.toMatchObject({ code: 'storage-unreachable' });
    expect(clock.now() - again).toBeGreaterThan(60_000);
  });

  test('counts a listing as an answer, even an empty one', async () => {
    const { inner, clock } = tried({});
    const store = withRetry(
      { ...inner, size: silent, list: (prefix) => inner.list(prefix) },
      { policy: defaultRetry, clock, random: () => 1 },
    );
    expect(await namesOf(store, 'data/')).toEqual([]);
    const began = clock.now();
    await expect(store.size('a')).rejects.toMatchObject({ code: 'storage-unreachable' });
    expect(clock.now() - began).toBeGreaterThan(60_000);
  });

  test('waits as long as the server asks', async () => {
    const { store, clock } = tried({ planned: [{ on: 'put', fault: { kind: 'fail', retryAfter: 120_000 } }] });
    await store.put('a', bytes);
    expect(clock.slept).toEqual([120_000]);
  });

  test('does not wait when the server asks for more than there is time', async () => {
    const { store, clock } = tried({ planned: [{ on: 'put', fault: { kind: 'fail', retryAfter: 3_600_000 } }] });
    await expect(store.put('a', bytes)).rejects.toMatchObject({ code: 'storage-unreachable' });
    expect(clock.slept).toEqual([]);
  });

  test('is given up when the run is stopped', async () => {
    const stop = new AbortController();
    const { store } = tried(
      { planned: [{ on: 'put', fault: { kind: 'fail' } }] },
      { signal: stop.signal, onRetry: () => stop.abort(new Error('stopped')) },
    );
    await expect(store.put('a', bytes)).rejects.toMatchObject({ code: 'storage-unreachable' });
  });

  test('waits are spread over the whole of each bound', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        async (draws) => {
          const left = [...draws];
          const { clock, store } = bare({ times: 8, random: () => left.shift() ?? 0 });
          await store.size('a');
          expect(clock.slept).toEqual(draws.map((draw, i) => Math.round(draw * Math.min(60_000, 500 * 2 ** i))));
        },
      ),
    );
  });
});

/** A store that fails so many times, without a folder: for many rounds. */
function bare({ times, random }: { readonly times: number; readonly random: () => number }): {
  readonly clock: LeapingClock;
  readonly store: ObjectStore;
} {
  const clock = leapingClock();
  let left = times;
  const failing = { description: 'failing', size: () => (left-- > 0 ? Promise.reject(passing()) : Promise.resolve(1)) };
  // Only `size` is asked for.
  return { clock, store: withRetry(failing as unknown as ObjectStore, { policy: patient, clock, random }) };
}

test.each(['storage-full', 'storage-refused', 'storage-missing', 'object-locked'])('%s is final', async (code) => {
  const { store, clock } = tried({ planned: [{ on: 'put', fault: { kind: 'fail', code } }] });
  await expect(store.put('a', bytes)).rejects.toMatchObject({ code });
  expect(clock.slept).toEqual([]);
});

test('a missing object and a bad name are final', async () => {
  const { store, clock } = tried({});
  await expect(store.get('a')).rejects.toMatchObject({ code: 'object-missing' });
  await expect(store.get('../a')).rejects.toMatchObject({ code: 'bad-object-name' });
  expect(clock.slept).toEqual([]);
});

describe('putNew', () => {
  test('that had stored its object before it failed says true', async () => {
    const { store, inner } = tried({ planned: [{ on: 'putNew', times: 2, fault: { kind: 'fail', when: 'after' } }] });
    expect(await store.putNew('config', bytes)).toBe(true);
    expect(await inner.get('config')).toEqual(bytes);
  });

  test('that had failed while another won says false', async () => {
    const { store, inner } = tried({ planned: [{ on: 'putNew', fault: { kind: 'fail' } }] });
    await inner.put('config', Buffer.from('another'));
    expect(await store.putNew('config', bytes)).toBe(false);
    expect(String(await inner.get('config'))).toBe('another');
  });

  test('of what is there already says false at the first try', async () => {
    const { store, inner } = tried({});
    await inner.put('config', bytes);
    expect(await store.putNew('config', bytes)).toBe(false);
  });

  test('of many at once over a bad line one wins, and it is the one that is there', async () => {
    const { store } = tried({ random: { share: 0.2, seed: 7 } });
    const won = await Promise.all(Array.from({ length: 16 }, (_, i) => store.putNew('x', Buffer.from([i]))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await store.get('x'))[0]).toBe(won.indexOf(true));
  });
});

describe('writer', () => {
  test('whose commit fails is committed again, whole', async () => {
    const { store, inner } = tried({
      planned: [
        { on: 'put', fault: { kind: 'fail' } },
        { on: 'put', nth: 2, fault: { kind: 'fail', when: 'after' } },
      ],
    });
    const writer = await store.writer();
    const piece = Buffer.from('one');
    await writer.write(piece);
    piece.write('two');
    await writer.write(piece);
    await writer.commit('a');
    expect(String(await inner.get('a'))).toBe('onetwo');
  });

  test('that is aborted leaves nothing', async () => {
    const { store, inner } = tried({});
    const writer = await store.writer();
    await writer.write(bytes);
    await writer.abort();
    expect(await namesOf(inner, '')).toEqual([]);
  });

  test('that grows too large to be held goes on as one of the store', async () => {
    const inner = localStore();
    const writer = openHeldWriter({ store: inner, again: (_, run) => run(), most: 1000 });
    const pieces = Array.from({ length: 20 }, () => randomBytes(99));
    for (const piece of pieces) await writer.write(piece);
    expect(await namesOf(inner, '')).toEqual([]);
    await writer.commit('big');
    expect(await inner.get('big')).toEqual(Buffer.concat(pieces));
    await writer.abort();
  });
});

test('a listing that breaks off shows each object once', async () => {
  const { store, inner } = tried({
    planned: [3, 9, 30].map((nth) => ({ on: 'list', nth, fault: { kind: 'fail' } as const })),
  });
  const names = Array.from({ length: 20 }, (_, i) => `data/${i}`);
  for (const name of names) await inner.put(name, bytes);
  expect(await namesOf(store, 'data/')).toEqual(names.toSorted());
});

test('over a line that loses every twentieth request everything works', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(action, { maxLength: 25 }), async (seed, actions) => {
      const { store } = tried({ random: { share: 0.05, seed } });
      const model = new Map<string, string>();
      for (const [at, { kind, name, content }] of actions.entries()) {
        // Content that is nobody else's, as whoever competes for a name must have.
        const mine = `${at} ${content}`;
        expect(await answers[kind](store, name, mine)).toBe(expected[kind](model, name, mine));
      }
      expect(await namesOf(store, '')).toEqual([...model.keys()].toSorted());
    }),
    { numRuns: 30 },
  );
});

type Kind = 'put' | 'putNew' | 'get' | 'remove';

const answers: Readonly<Record<Kind, (store: ObjectStore, name: string, content: string) => Promise<unknown>>> = {
  put: (store, name, content) => store.put(name, Buffer.from(content)),
  putNew: (store, name, content) => store.putNew(name, Buffer.from(content)),
  get: (store, name) => store.get(name).then(String, codeOf),
  remove: (store, name) => store.remove(name),
};

const expected: Readonly<Record<Kind, (model: Map<string, string>, name: string, content: string) => unknown>> = {
  put: (model, name, content) => void model.set(name, content),
  putNew: (model, name, content) => !model.has(name) && model.set(name, content).has(name),
  get: (model, name) => model.get(name) ?? 'object-missing',
  remove: (model, name) => void model.delete(name),
};

const action = fc.record({
  kind: fc.constantFrom<Kind>('put', 'putNew', 'get', 'remove'),
  name: fc.constantFrom('a', 'b', 'c/d'),
  content: fc.string({ maxLength: 20 }),
});
