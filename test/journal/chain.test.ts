import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/journal/chain.ts';
import { attemptFinished, attemptStarted, runFinished, runStarted } from './events.ts';
import { openState, temporaryFolder, withDatabase } from './state.ts';

function filled(): { readonly folder: string; readonly journal: ReturnType<typeof openState> } {
  const folder = temporaryFolder();
  const journal = openState(folder);
  journal.append(runStarted('r1'));
  journal.append(attemptStarted('r1', 'one'), attemptFinished('r1', 'one'), runFinished('r1'));
  return { folder, journal };
}

/** What only somebody who means to can do: the triggers refuse it otherwise. */
function tamper(folder: string, sql: string): void {
  withDatabase(folder, (database) =>
    database.exec(`DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed; ${sql}`),
  );
}

describe('the hash chain', () => {
  test('can be recomputed by anybody: SHA-256 over the previous hash, a line feed and the body', () => {
    const { folder, journal } = filled();
    const rows = withDatabase(folder, (database) =>
      database.prepare('SELECT body, hash FROM events ORDER BY sequence').all(),
    );
    let head = '0'.repeat(64);
    for (const row of rows) {
      head = createHash('sha256')
        .update(`${head}\n${String(row['body'])}`)
        .digest('hex');
      expect(row['hash']).toBe(head);
    }
    expect(journal.verifyChain()).toEqual({ intact: true, events: 4, head });
  });

  test('an empty journal is intact', () => {
    expect(openState(temporaryFolder()).verifyChain()).toEqual({ intact: true, events: 0, head: '0'.repeat(64) });
  });

  test.each([
    ['a changed event', `UPDATE events SET body = replace(body, 'orders', 'others') WHERE sequence = 1`, 1],
    ['a changed hash', `UPDATE events SET hash = '${'f'.repeat(64)}' WHERE sequence = 2`, 2],
    ['an event taken out', 'DELETE FROM events WHERE sequence = 2', 2],
    ['the first event taken out', 'DELETE FROM events WHERE sequence = 1', 1],
    ['the last event taken out', 'DELETE FROM events WHERE sequence = 4', 4],
    ['all events taken out', 'DELETE FROM events', 1],
    [
      'two events exchanged',
      'UPDATE events SET sequence = 9 WHERE sequence = 2; UPDATE events SET sequence = 2 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 9',
      2,
    ],
  ])('shows %s', (_, sql, sequence) => {
    const { folder, journal } = filled();
    tamper(folder, sql);
    expect(journal.verifyChain()).toMatchObject({ intact: false, sequence });
  });

  test('events can be neither changed nor removed by mistake', () => {
    const { folder } = filled();
    for (const sql of [`UPDATE events SET body = '{}'`, 'DELETE FROM events'])
      expect(() => withDatabase(folder, (database) => database.exec(sql))).toThrow('events are never');
  });
});

describe('canonical JSON', () => {
  test('is the same for equal values, however they were put together', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: [1, { d: 2, c: 'x' }] })).toBe('{"a":[1,{"c":"x","d":2}]}');
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
