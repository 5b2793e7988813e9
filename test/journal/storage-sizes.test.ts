import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/journal/open.ts';
import { systemClock } from '../../src/base/clock.ts';
import { temporaryFolder } from '../e2e/muster.ts';

const day = 86_400_000;

describe('sizes of storage targets', () => {
  test('the last figure of each day is kept, for 400 days, of each target by itself', async () => {
    const journal = openJournal({ folder: await temporaryFolder(), clock: systemClock });
    const { storageSizes: sizes } = journal;
    sizes.note('a', { at: 5 * day + 1, bytes: 1 });
    sizes.note('a', { at: 5 * day + 2, bytes: 2 });
    sizes.note('b', { at: 5 * day, bytes: 9 });
    for (let at = 6; at < 500; at += 1) sizes.note('a', { at: at * day, bytes: at });
    expect(sizes.of('a')).toHaveLength(400);
    expect(sizes.of('a')[0]).toEqual({ at: 100 * day, bytes: 100 });
    expect(sizes.of('b')).toEqual([{ at: 5 * day, bytes: 9 }]);
    expect(sizes.of('c')).toEqual([]);
    journal.rebuild();
    expect(sizes.of('b')).toHaveLength(1);
    journal.close();
  });
});
