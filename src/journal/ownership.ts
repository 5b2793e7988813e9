import type { Instant } from '../base/clock.ts';
import type { Database } from './database.ts';
import { isAlive, type Owner } from './owner.ts';
import { numberOf, textOf, type Row } from './row.ts';

/** Says which process executes a run. */
export function recordOwner(database: Database, run: string, owner: Owner & { readonly heartbeat: Instant }): void {
  const { host, boot, namespace, pid, started, heartbeat } = owner;
  database.run('DELETE FROM owners WHERE run = :run', { run });
  database.insert('owners', { run, host, boot, namespace, pid, started, heartbeat: Math.round(heartbeat) });
}

export function beat(database: Database, run: string, now: Instant): void {
  database.run('UPDATE owners SET heartbeat = :at WHERE run = :run', { run, at: Math.round(now) });
}

export function ownerOf(database: Database, run: string): Owner | undefined {
  const row = database.get('SELECT * FROM owners WHERE run = :run', { run });
  return row === undefined ? undefined : ownerFrom(row);
}

/** False when it is certain that nobody executes the run any more, which includes a run without an owner. */
export function hasLivingOwner(
  database: Database,
  run: string,
  seen: { readonly by: Owner; readonly at: Instant },
): boolean {
  const row = database.get('SELECT * FROM owners WHERE run = :run', { run });
  return row !== undefined && isAlive(ownerFrom(row), seen.by, seen.at - numberOf(row, 'heartbeat'));
}

function ownerFrom(row: Row): Owner {
  return {
    host: textOf(row, 'host'),
    boot: textOf(row, 'boot'),
    namespace: textOf(row, 'namespace'),
    pid: numberOf(row, 'pid'),
    started: textOf(row, 'started'),
  };
}
