import { expect, test } from 'vitest';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { StoredCopy } from '../../src/base/backup.ts';
import { backup, backupSucceeded, runStarted } from './events.ts';
import { foldedTables, openState, temporaryFolder } from './state.ts';

const two: readonly StoredCopy[] = [
  { name: 'primary', snapshot: 'a1', status: 'stored' },
  { name: 'second', snapshot: 'b2', status: 'stored' },
];

function removed(id: string, storage: string): MusterEvent {
  return { type: 'backup.removed', run: 'r1', at: 5000, system: 'orders', backup: id, storage };
}

function repaired(storage: string, snapshot: string, replacement: string | undefined): MusterEvent {
  return { type: 'backup.repaired', run: 'r1', at: 5000, system: 'orders', storage, snapshot, replacement };
}

test('a backup is listed until its last copy is gone', () => {
  const journal = openState(temporaryFolder());
  const record = backup('aa', { storage: two });
  journal.append(runStarted('r1'), backupSucceeded('r1', record), removed(record.id, 'primary'));
  expect(journal.catalog.find(record.id)?.storage).toEqual([two[1]]);
  journal.append(removed(record.id, 'primary'), removed('unknown', 'primary'));
  expect(journal.catalog.backups()).toHaveLength(1);
  journal.append(removed(record.id, 'second'));
  expect(journal.catalog.backups()).toEqual([]);
});

test('a broken copy goes when another is whole; as the only one it stays, and the backup is partial', () => {
  const journal = openState(temporaryFolder());
  const record = backup('aa', { storage: two });
  journal.append(runStarted('r1'), backupSucceeded('r1', record), repaired('primary', 'a1', 'a9'));
  expect(journal.catalog.find(record.id)).toMatchObject({ status: 'succeeded', storage: [two[1]] });
  journal.append(repaired('second', 'b2', 'b9'));
  const only = { name: 'second', snapshot: 'b9', status: 'stored' };
  expect(journal.catalog.find(record.id)).toMatchObject({ status: 'partial', storage: [only] });
  journal.append(repaired('second', 'b9', undefined));
  expect(journal.catalog.backups()).toEqual([]);
});

test('the tables can be made anew', () => {
  const folder = temporaryFolder();
  const journal = openState(folder);
  const record = backup('aa', { storage: two });
  journal.append(runStarted('r1'), backupSucceeded('r1', record), removed(record.id, 'primary'));
  const before = foldedTables(folder);
  journal.rebuild();
  expect(foldedTables(folder)).toEqual(before);
});

test('a backup that lacks only copies has succeeded with the last of them', () => {
  const folder = temporaryFolder();
  const journal = openState(folder);
  const [primary = two[0]] = two;
  if (primary === undefined) throw new Error('no copy');
  const failed = { name: 'second', snapshot: '', status: 'failed' } as const;
  const waiting = { name: 'third', snapshot: '', status: 'waiting' } as const;
  const record = backup('aa', { status: 'partial', lacks: 'copies', storage: [primary, failed, waiting] });
  const of = { run: 'r1', at: 5000, system: 'orders', backup: record.id };
  const made = { ...of, type: 'copy.succeeded', from: 'primary', bytesStored: 7, durationMs: 1234 } as const;
  journal.append(runStarted('r1'), backupSucceeded('r1', record));
  journal.append({ ...made, storage: 'third', snapshot: 'c3' });
  expect(journal.catalog.find(record.id)).toMatchObject({ status: 'partial', lacks: 'copies' });
  journal.append({ ...of, type: 'copy.failed', storage: 'third', error: { code: 'x', message: 'y', hint: undefined } });
  journal.append({ ...made, storage: 'second', snapshot: 'b2' });
  const whole = journal.catalog.find(record.id);
  expect(whole).toMatchObject({
    status: 'succeeded',
    storage: [primary, { name: 'second', snapshot: 'b2', status: 'stored' }, { name: 'third', status: 'stored' }],
  });
  expect(whole).not.toHaveProperty('lacks');
  expect(journal.catalog.measuredCopy('orders', 'second')).toBe(1234);
  expect(journal.catalog.measuredCopy('orders', 'primary')).toBeUndefined();
  const before = foldedTables(folder);
  journal.rebuild();
  expect(foldedTables(folder)).toEqual(before);
});
