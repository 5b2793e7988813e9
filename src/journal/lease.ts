import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { Database } from './database.ts';
import { interrupt } from './interrupt.ts';
import type { Owner } from './owner.ts';
import { hasLivingOwner, ownerOf, recordOwner } from './ownership.ts';
import { numberOf, optionalText } from './row.ts';
import { findRun } from './runs.ts';

/** Who asks for a name, and when. */
export interface LeaseClaim {
  readonly name: string;
  readonly run: string;
  readonly owner: Owner;
  readonly now: Instant;
}

/**
 * Takes a name and gives the token of this holding. A name held by a run that has ended, or whose owner is gone, is
 * taken over; the dead run is declared interrupted first, so that it cannot go on. Throws `run-locked`.
 */
export function takeLease(database: Database, claim: LeaseClaim): number {
  return database.transaction(() => {
    const row = database.get('SELECT token, run FROM leases WHERE name = :name', { name: claim.name });
    const holder = row === undefined ? undefined : optionalText(row, 'run');
    if (holder !== undefined) takeFrom(database, holder, claim);
    const token = row === undefined ? 1 : numberOf(row, 'token') + 1;
    recordOwner(database, claim.run, { ...claim.owner, heartbeat: claim.now });
    database.run('DELETE FROM leases WHERE name = :name', { name: claim.name });
    database.insert('leases', { name: claim.name, token, run: claim.run, taken_at: Math.round(claim.now) });
    return token;
  });
}

export function isHeld(database: Database, name: string, token: number): boolean {
  const sql = 'SELECT 1 FROM leases WHERE name = :name AND token = :token AND run IS NOT NULL';
  return database.get(sql, { name, token }) !== undefined;
}

export function releaseLease(database: Database, name: string, token: number): void {
  database.run('UPDATE leases SET run = NULL WHERE name = :name AND token = :token', { name, token });
}

function takeFrom(database: Database, holder: string, claim: LeaseClaim): void {
  const run = findRun(database, holder);
  if (run !== undefined && run.status !== 'running') return;
  if (hasLivingOwner(database, holder, { by: claim.owner, at: claim.now })) throw locked(database, holder, claim.name);
  if (run !== undefined) interrupt(database, run, claim.now);
}

function locked(database: Database, holder: string, name: string): MusterError {
  const owner = ownerOf(database, holder);
  const process = owner === undefined ? '' : `, process ${owner.pid} on ${owner.host}`;
  return new MusterError(`${name} is in use by run ${holder}${process}`, {
    code: 'run-locked',
    hint: 'Wait until that run has ended, then run the same command again.',
    retryable: true,
  });
}
