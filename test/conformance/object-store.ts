import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { checkGroups } from '../../src/storage/check/groups.ts';
import { checkStore } from '../../src/storage/check/run.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { namesOf } from './listing.ts';

/** A store that is empty at first, and what removes it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Names of what lies in the place, unfinished or not, that isn't an object. */
  readonly litter: () => Promise<readonly string[]>;
  readonly discard: () => Promise<void>;
}

/** What every object store must do: the suite of `muster storage check`, a test for each case. `open` makes a new, empty one. */
export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => subject.discard());

    describe.each(checkGroups)('$name', ({ name, cases }) => {
      test.for(cases)('$name', async (one, { annotate }) => {
        const groups = [{ name, cases: [one] }];
        const { results, left } = await checkStore(subject.store, { clock: systemClock, groups });
        const [result] = results;
        expect(result?.detail).toBe(result?.status === 'not-applicable' ? result.detail : undefined);
        if (result?.status === 'not-applicable') await annotate(`does not apply: ${result.detail}`);
        expect(await subject.litter()).toEqual([]);
        expect((await namesOf(subject.store, '')).toSorted()).toEqual((left?.names ?? []).toSorted());
      });
    });

    test('facts and description name the place', () => {
      expect(subject.store.description).toMatch(new RegExp(`^${subject.store.facts.type} .+`));
    });
  });
}
