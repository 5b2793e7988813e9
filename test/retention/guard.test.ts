import { describe, expect, test } from 'vitest';
import type { BackupRecord } from '../../src/base/backup.ts';
import type { RetentionDecision } from '../../src/retention/decide.ts';
import { excessOf, guard } from '../../src/retention/guard.ts';
import { sampleBackup } from '../sample-plan.ts';

const now = Date.UTC(2026, 10, 20, 12);
const day = 86_400_000;
const usual = { bytesTotal: 50_000_000, bytesStored: 1_000_000 };

/** The newest stays, the others would go. */
function decided(backups: readonly BackupRecord[]): readonly RetentionDecision[] {
  return backups.map(({ id, system, schedule, startedAt }, at) => ({
    backup: id,
    system,
    schedule,
    storage: undefined,
    startedAt,
    action: at === 0 ? 'keep' : 'delete',
    reasons: ['last'],
  }));
}

function guarded(
  backups: readonly BackupRecord[],
  facts: Partial<Parameters<typeof guard>[2]> = {},
): readonly string[] {
  const decisions = guard(decided(backups), backups, { provenBackup: () => undefined, ...facts });
  return decisions.map(({ action, held, reasons }) => (held === true ? `held ${reasons.join()}` : action));
}

describe('the guard', () => {
  test('lets an ordinary history go', () => {
    expect(guarded([sampleBackup('web', now, usual), sampleBackup('web', now - day, usual)])).toEqual([
      'keep',
      'delete',
    ]);
  });

  test('holds a scope whose newest backup shrank by half, and no other', () => {
    const shrunk = [
      sampleBackup('web', now, { ...usual, bytesTotal: 24_000_000 }),
      sampleBackup('web', now - day, usual),
    ];
    expect(guarded(shrunk)[1]).toMatch(/^held held: the newest backup .* less than half as big/);
    const other = decided([sampleBackup('mail', now, usual), sampleBackup('mail', now - day, usual)]);
    const all = guard([...decided(shrunk), ...other], shrunk, { provenBackup: () => undefined });
    expect(all.map(({ held }) => held)).toEqual([undefined, true, undefined, undefined]);
  });

  test('holds what an encryption by an attacker looks like; a first copy on a new target does not', () => {
    const encrypted = { bytesTotal: 50_000_000, bytesStored: 50_100_000 };
    const before = sampleBackup('web', now - day, usual);
    const after = sampleBackup('web', now, encrypted);
    expect(guarded([after, before])[1]).toMatch(/cannot be compressed/);
    const elsewhere = { ...after, storage: [{ name: 'new', snapshot: after.id, status: 'stored' as const }] };
    expect(guarded([elsewhere, before])).toEqual(['keep', 'delete']);
  });

  test('a partial newest backup is compared with nothing', () => {
    const partial = sampleBackup('web', now, { ...usual, bytesTotal: 1, status: 'partial' });
    const complete = [sampleBackup('web', now - day, usual), sampleBackup('web', now - 2 * day, usual)];
    expect(guarded([partial, ...complete])).toEqual(['keep', 'delete', 'delete']);
  });

  test('holds a scope in which a backup says another time than its storage target', () => {
    const [newest, old] = [sampleBackup('web', now, usual), sampleBackup('web', now - 30 * day, usual)];
    const storage = [{ name: 'primary', snapshot: old.id, status: 'stored' as const }];
    const backups = [newest, { ...old, storage }];
    expect(guarded(backups, { storedAt: (_, id) => (id === backups[1]?.id ? now : undefined) })[1]).toMatch(
      /another time/,
    );
    const honest = (_: string, id: string): number => (id === backups[1]?.id ? now - 30 * day + 3_600_000 : now);
    expect(guarded(backups, { storedAt: honest })).toEqual(['keep', 'delete']);
  });

  test('the last backup whose restore was checked stays, and only that', () => {
    const backups = [0, 1, 2].map((days) => sampleBackup('web', now - days * day, usual));
    const proven = guarded(backups, { provenBackup: () => backups[1]?.id });
    expect(proven).toEqual(['keep', 'held held: it is the last backup whose restore was checked', 'delete']);
  });

  test('counts per scope what would go', () => {
    const backups = [0, 1, 2].map((days) => sampleBackup('web', now - days * day, usual));
    expect(excessOf(decided(backups), 0.5)).toMatchObject([{ system: 'web', all: 3, removed: 2 }]);
    expect(excessOf(decided(backups), 0.67)).toEqual([]);
    expect(excessOf(decided(backups.slice(0, 2)), 0.5)).toEqual([]);
  });
});
