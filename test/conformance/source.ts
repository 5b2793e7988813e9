import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SourceDefinition } from '../../src/plan/model/system.ts';
import type { Source } from '../../src/sources/source.ts';
import { startRoundTrip, type RoundTrip } from '../sources/round-trip.ts';

/** What a kind of source tells of itself so that every source can be held to the same contract. */
export interface SourceFixture<D extends SourceDefinition> {
  readonly source: Source<D>;
  /** Makes real data in a folder. */
  readonly make: (folder: string) => Promise<D>;
  /** All of the data as one value, below `root` where it was restored to a folder. */
  readonly read: (definition: D, root?: string) => Promise<unknown>;
  readonly change: (definition: D) => Promise<void>;
  readonly destroy: (definition: D) => Promise<void>;
  /** A pattern that means a part of the data, or all of it for a source that is restored whole. */
  readonly pattern: string;
}

const hostile = `it's "new"; $(rm) \`x\` %41 ?x=1#y [a-z] {b} \\ ünï\n -rf`;

/** Runs the contract of `Source` over a real vault. */
export function describeSource<D extends SourceDefinition>(name: string, fixture: SourceFixture<D>): void {
  const { source, read } = fixture;

  describe(`${name} is a source`, () => {
    let trip: RoundTrip<D>;
    let definition: D;

    beforeEach(async () => {
      trip = await startRoundTrip(source);
      definition = await fixture.make(trip.data);
    });
    afterEach(() => trip.end());

    test('a sound source gives no finding', async () => {
      expect(await source.check(definition)).toEqual([]);
    });

    test('destroyed data comes back in place', async () => {
      const before = await read(definition);
      const backup = await trip.backUp(definition);
      expect(backup.faults).toEqual([]);
      await fixture.destroy(definition);
      const result = await trip.restore(definition, backup);
      expect(await read(definition)).toEqual(before);
      expect(result).toMatchObject({ missing: [], recoveredTo: 'in place' });
    });

    test('its own checks run on what was restored, and pass', async () => {
      const backup = await trip.backUp(definition);
      const { checks } = await trip.restore(definition, backup);
      expect(checks.length).toBeGreaterThan(0);
      expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    });

    test('changed data is replaced in place', async () => {
      const before = await read(definition);
      const backup = await trip.backUp(definition);
      await fixture.change(definition);
      expect(await read(definition)).not.toEqual(before);
      await trip.restore(definition, backup);
      expect(await read(definition)).toEqual(before);
    });

    test('data that exists is left alone when overwriting is not allowed', async () => {
      const backup = await trip.backUp(definition);
      await fixture.change(definition);
      const changed = await read(definition);
      await expect(trip.restore(definition, backup, { overwrite: 'never' })).rejects.toMatchObject({
        name: 'MusterError',
      });
      expect(await read(definition)).toEqual(changed);
    });

    test('a restore to a folder leaves the source alone', async () => {
      const before = await read(definition);
      const backup = await trip.backUp(definition);
      await fixture.change(definition);
      const changed = await read(definition);
      const place = { kind: 'folder', path: trip.elsewhere } as const;
      const result = await trip.restore(definition, backup, { place, overwrite: 'never' });
      expect(await read(definition, trip.elsewhere)).toEqual(before);
      expect(await read(definition)).toEqual(changed);
      expect(result.recoveredTo.startsWith(trip.elsewhere)).toBe(true);
    });

    test('hostile names are names', async () => {
      const odd = await fixture.make(join(trip.data, hostile));
      const before = await read(odd);
      const backup = await trip.backUp(odd);
      await fixture.destroy(odd);
      await trip.restore(odd, backup);
      expect(await read(odd)).toEqual(before);
    });

    test('a pattern restores what it means', async () => {
      const backup = await trip.backUp(definition);
      await fixture.destroy(definition);
      const result = await trip.restore(definition, backup, { paths: [fixture.pattern] });
      expect(result.files).toBe(1);
      expect(result.missing).toEqual([]);
    });

    test('a pattern that means nothing stops the restore before anything is written', async () => {
      const backup = await trip.backUp(definition);
      await fixture.change(definition);
      const changed = await read(definition);
      const nothing = trip.restore(definition, backup, { paths: ['no-such-name'] });
      await expect(nothing).rejects.toMatchObject({ code: 'nothing-matched' });
      expect(await read(definition)).toEqual(changed);
    });

    test('a missing source is an error, never an empty backup', async () => {
      await fixture.destroy(definition);
      const [finding] = await source.check(definition);
      expect(finding).toMatchObject({ severity: 'error', code: 'source-missing' });
      await expect(trip.backUp(definition)).rejects.toMatchObject({ name: 'MusterError', code: 'source-missing' });
    });
  });
}
