import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tamperWith, verdictOn } from '../../src/storage/check/tamper.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import type { TamperKind, TamperResult } from '../../src/storage/store.ts';
import { around, replaced } from '../../src/storage/wrap/around.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('tamper test', () => {
  test('a folder is unprotected, and is left as it was', async () => {
    const report = await tamperWith(openLocalStore({ folder }));
    expect(report.verdict).toBe('unprotected');
    expect(report.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['remove', 'done'],
      ['overwrite', 'done'],
      ['shorten-lock', 'not-applicable'],
      ['lift-lock', 'not-applicable'],
      ['destroy', 'done'],
      ['back-date', 'done'],
    ]);
    expect(readdirSync(folder)).toEqual(['tmp']);
  });

  test('append-only by muster alone protects from nobody', async () => {
    const report = await tamperWith(openLocalStore({ folder, appendOnly: true }));
    expect(report.verdict).toBe('unprotected');
  });

  const noLocks = { 'shorten-lock': 'not-applicable', 'lift-lock': 'not-applicable' } as const;

  test.each([
    ['protected', {}],
    ['protected', { ...noLocks, 'back-date': 'not-applicable' }],
    ['protected', { remove: 'hidden', overwrite: 'hidden' }],
    ['recoverable', { ...noLocks, remove: 'hidden', overwrite: 'hidden' }],
    ['unprotected', { 'lift-lock': 'done' }],
    ['unprotected', { 'back-date': 'done' }],
    ['unprotected', { destroy: 'done', remove: 'unknown' }],
    ['unknown', { destroy: 'unknown' }],
    ['unknown', { remove: 'unknown' }],
    ['unknown', { destroy: 'not-applicable' }],
    ['unknown', { destroy: 'hidden' }],
  ] as const)('%s: %o', (verdict, outcomes) => {
    expect(verdictOn(attempts(outcomes))).toBe(verdict);
  });

  test('no refusal is assumed where an attempt could not be made', async () => {
    const store = replaced(
      around(openLocalStore({ folder }), (_, run) => run()),
      { tamper: { attempt: interrupted } },
    );
    expect(await tamperWith(store)).toMatchObject({ verdict: 'unknown', left: [] });
  });
});

function attempts(outcomes: Partial<Record<TamperKind, TamperResult['outcome']>>): Parameters<typeof verdictOn>[0] {
  return (['remove', 'overwrite', 'shorten-lock', 'lift-lock', 'destroy', 'back-date'] as const).map((kind) => ({
    kind,
    outcome: outcomes[kind] ?? 'refused',
    detail: '',
  }));
}

function interrupted(): Promise<TamperResult> {
  return Promise.reject(new Error('the line is down'));
}
