import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listCatalogs, readCatalog, type SealedCatalog } from '../../../src/app/sealed/read.ts';
import { planDocument } from '../../../src/app/sealed/plan-document.ts';
import { MusterError } from '../../../src/base/error.ts';
import type { MusterEvent } from '../../../src/journal/event.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import type { SealedObjects } from '../../../src/vault/sealed.ts';
import { backup, backupFailed, backupSucceeded, runFinished, runStarted } from '../../journal/events.ts';
import { randomEvents } from '../../journal/random-events.ts';
import { samplePlan } from '../../sample-plan.ts';
import { knowledgeOf, Machines } from './journals.ts';

async function catalogsIn(sealed: SealedObjects): Promise<readonly SealedCatalog[]> {
  const found: SealedCatalog[] = [];
  for (const listed of await listCatalogs(sealed)) {
    const catalog = await readCatalog(sealed, listed);
    if ('events' in catalog) found.push(catalog);
  }
  return found;
}

async function namesIn(sealed: SealedObjects): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of sealed.list('catalog/')) names.push(name);
  return names.toSorted();
}

/** What the sealed catalogs tell a new journal; says how many events it took. */
async function rebuilt(machines: Machines, journal: Journal): Promise<number> {
  const catalogs = await catalogsIn(machines.sealed());
  return catalogs.reduce(
    (sum, { id: catalog, events }) => sum + journal.log.takeOver({ storage: 'primary', catalog }, events),
    0,
  );
}

function appendAll(journal: Journal, events: readonly MusterEvent[]): void {
  for (const event of events) {
    try {
      journal.append(event);
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
    }
  }
}

/** Fails at the write or removal of that number, before or after it was done. */
function failing(sealed: SealedObjects, at: number, when: 'before' | 'after'): SealedObjects {
  let count = 0;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    const fails = (count += 1) === at;
    if (fails && when === 'before') throw new MusterError('cut off', { code: 'storage-unreachable' });
    const result = await work();
    if (fails) throw new MusterError('cut off', { code: 'storage-unreachable' });
    return result;
  };
  return {
    ...sealed,
    put: (name, content) => guarded(() => sealed.put(name, content)),
    putNew: (name, content) => guarded(() => sealed.putNew(name, content)),
    remove: (name) => guarded(() => sealed.remove(name)),
  };
}

describe('a sealed catalog', () => {
  test('gives a new journal all that the old one knew, whatever ran and wherever it was cut off', async () => {
    const rounds = fc.array(
      fc.record({
        events: randomEvents,
        at: fc.nat({ max: 6 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        using machines = new Machines();
        const old = machines.journal('old');
        for (const { events, at, when } of all) {
          appendAll(old, events);
          await machines.seal(old, { sealed: failing(machines.sealed(), at, when) }).catch(() => undefined);
        }
        const { sequence } = await machines.seal(old);
        expect(sequence).toBe(old.log.head().sequence);
        const fresh = machines.journal('new');
        expect(await rebuilt(machines, fresh)).toBe(sequence);
        expect(knowledgeOf(fresh)).toEqual(knowledgeOf(old));
        expect(await rebuilt(machines, fresh)).toBe(0);
        fresh.rebuild();
        expect(knowledgeOf(fresh)).toEqual(knowledgeOf(old));
        expect(fresh.verifyChain()).toMatchObject({ intact: true });
      }),
      { numRuns: 25 },
    );
  });

  test('is written in small new parts, of which many are joined, and a few plans stay', async () => {
    using machines = new Machines();
    const old = machines.journal('old');
    const sealed = machines.sealed();
    for (let run = 0; run < 100; run += 1) {
      old.append(runStarted(`r${run}`), runFinished(`r${run}`));
      const writer = { plan: 'sample', storage: 'primary', host: 'old' };
      const { ranges } = await machines.seal(old, {
        plan: planDocument(samplePlan({ sources: { entry: `/plan/${run}`, texts: new Map() } }), writer),
      });
      expect(ranges).toEqual([{ from: 2 * run + 1, to: 2 * run + 2 }]);
      expect((await namesIn(sealed)).length).toBeLessThanOrEqual(32 + 2 + 10);
    }
    const names = await namesIn(sealed);
    expect(names.filter((name) => name.includes('/plan-'))).toHaveLength(10);
    expect((await catalogsIn(sealed))[0]).toMatchObject({ missing: [], faults: [], plan: 'sample', host: 'old' });
    expect((await catalogsIn(sealed))[0]?.events).toHaveLength(200);
    expect((await machines.seal(old)).ranges).toEqual([]);
  });

  test('is added to only, where nothing can be removed', async () => {
    using machines = new Machines();
    const old = machines.journal('old');
    for (let run = 0; run < 40; run += 1) {
      old.append(runStarted(`r${run}`));
      await machines.seal(old, { old: 'keep' });
    }
    expect((await namesIn(machines.sealed())).filter((name) => name.includes('/log-'))).toHaveLength(40);
  });

  test('is completed when somebody has removed from it, and says what is missing until then', async () => {
    using machines = new Machines();
    const [old, sealed] = [machines.journal('old'), machines.sealed()];
    for (const run of ['r1', 'r2', 'r3']) {
      old.append(runStarted(run), runFinished(run));
      await machines.seal(old);
    }
    const [, middle] = (await namesIn(sealed)).filter((name) => name.includes('/log-'));
    await sealed.remove(middle ?? '');
    expect((await catalogsIn(sealed))[0]).toMatchObject({ missing: [{ from: 3, to: 4 }], faults: [] });
    const fresh = machines.journal('new');
    expect(await rebuilt(machines, fresh)).toBe(4);
    expect(fresh.runs().map(({ id }) => id)).toEqual(['r3', 'r1']);
    expect((await machines.seal(old)).ranges).toEqual([{ from: 3, to: 4 }]);
    expect(await rebuilt(machines, fresh)).toBe(2);
  });

  test('whose objects were changed or swapped is read without them', async () => {
    using machines = new Machines();
    const [old, sealed] = [machines.journal('old'), machines.sealed()];
    for (const run of ['r1', 'r2']) {
      old.append(runStarted(run));
      await machines.seal(old);
    }
    const [first = '', second = ''] = (await namesIn(sealed)).filter((name) => name.includes('/log-'));
    await machines.store.put(`muster/${second}`, await machines.store.get(`muster/${first}`));
    const [catalog] = await catalogsIn(sealed);
    expect(catalog?.events.map(({ sequence }) => sequence)).toEqual([1]);
    expect(catalog?.faults).toEqual([expect.stringContaining('not what was stored by that name')]);
  });

  test('written by somebody with the key who invents events is refused', async () => {
    using machines = new Machines();
    const [old, sealed] = [machines.journal('old'), machines.sealed()];
    old.append(runStarted('r1'));
    await machines.seal(old);
    const name = (await namesIn(sealed)).find((each) => each.includes('/log-')) ?? '';
    const text = String(await sealed.get(name));
    for (const wrong of [
      text.replace('root@host', 'nobody'),
      text.replace('"format":1', '"format":9'),
      '[]',
      'null',
      '{"format":1}',
      'no JSON',
    ]) {
      await sealed.put(name, Buffer.from(wrong));
      const [listed] = await listCatalogs(sealed);
      const { faults } = await readCatalog(sealed, listed ?? { id: '', logs: [], plans: [] });
      expect(faults).toHaveLength(1);
    }
    const fresh = machines.journal('new');
    const none = [{ sequence: 1, body: '{"type":7}', hash: 'a' }];
    expect(() => fresh.log.takeOver({ storage: 'primary', catalog: 'c' }, none)).toThrow(/it is no event/);
    const torn = [{ sequence: 1, body: '{"type":"backup.failed","run":"r","at":1}', hash: 'a' }];
    expect(() => fresh.log.takeOver({ storage: 'primary', catalog: 'c' }, torn)).toThrow(/can't be taken over/);
    expect(fresh.log.head().sequence).toBe(0);
  });
});

describe('several journals in one storage target', () => {
  test('never touch what the other wrote, and both are taken over', async () => {
    using machines = new Machines();
    const [one, two] = [machines.journal('one'), machines.journal('two')];
    for (const [journal, run] of [
      [one, 'r1'],
      [two, 'r2'],
      [one, 'r3'],
    ] as const) {
      journal.append(runStarted(run));
      await machines.seal(journal);
    }
    const fresh = machines.journal('new');
    expect(await rebuilt(machines, fresh)).toBe(3);
    expect(
      fresh
        .runs()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['r1', 'r2', 'r3']);
    expect(new Set(fresh.runs().map(({ origin }) => origin))).toEqual(new Set([one.log.id(), two.log.id()]));
  });

  test('that are two copies of one part under another name, and nothing is lost', async () => {
    using machines = new Machines();
    const old = machines.journal('old');
    old.append(runStarted('r1'));
    await machines.seal(old);
    const copy = machines.copyOf('old', 'copy');
    expect(copy.log.id()).toBe(old.log.id());
    old.append(runStarted('r2'));
    copy.append(runStarted('r3'));
    expect(await machines.seal(old)).toMatchObject({ renamed: false });
    expect(await machines.seal(copy)).toMatchObject({ renamed: true, ranges: [{ from: 1, to: 2 }] });
    expect(await machines.seal(old)).toMatchObject({ renamed: false, ranges: [] });
    const fresh = machines.journal('new');
    expect(await rebuilt(machines, fresh)).toBe(3);
    expect(await rebuilt(machines, copy)).toBe(1);
  });

  test('that have taken each other over take nothing twice', async () => {
    using machines = new Machines();
    const [one, two] = [machines.journal('one'), machines.journal('two')];
    one.append(runStarted('r1'), backupSucceeded('r1', backup('aaaa')), backupFailed('r1'));
    await machines.seal(one);
    expect(await rebuilt(machines, two)).toBe(3);
    two.append(runFinished('r1', 'succeeded'));
    await machines.seal(two);
    expect(await rebuilt(machines, one)).toBe(1);
    await machines.seal(one);
    expect(await rebuilt(machines, two)).toBe(0);
    const three = machines.journal('three');
    await rebuilt(machines, three);
    expect(knowledgeOf(three)).toEqual(knowledgeOf(one));
  });
});
