import type { Command } from 'commander';
import { dateTime, table, type SnapshotList } from '../../index.ts';
import { documentOf, isoOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('<storage>', 'name of a storage target')
    .addHelpText('after', help)
    .action((storage: string) =>
      withMuster(session, async (muster) => {
        const found = await muster.snapshots(storage);
        session.exitCode = found.damaged.length > 0 ? 3 : 0;
        session.print(session.globals().json ? json(found) : text(found, muster.plan.timezone));
      }),
    );
}

function json({ snapshots, damaged }: SnapshotList): string {
  return documentOf({
    snapshots: snapshots.map(({ id, time, hostname, username, paths, tags, system, backup }) => ({
      id,
      time: isoOf(time),
      hostname,
      username,
      paths,
      tags,
      system: system ?? null,
      backup: backup ?? null,
    })),
    damaged,
  });
}

function text({ snapshots, damaged }: SnapshotList, timezone: string): string {
  const rows = snapshots.map(({ id, time, hostname, system, backup, paths }) => [
    id.slice(0, 8),
    dateTime(time, timezone),
    hostname,
    system ?? 'other',
    backup?.slice(0, 8) ?? '',
    paths.join(', '),
  ]);
  const lines = damaged.map(({ id, detail }) => `✗ ${id.slice(0, 8)}: ${detail}`);
  if (rows.length === 0) return ['There is no snapshot.', ...lines].join('\n');
  return [table(['SNAPSHOT', 'TIME', 'HOST', 'SYSTEM', 'BACKUP', 'PATHS'], rows), ...lines].join('\n');
}

const help = `
Shows every snapshot in the vault, also those that restic made. SYSTEM says of what muster made it, BACKUP as which backup the
catalog knows it. Any of them comes back with: muster restore SNAPSHOT --from STORAGE --to FOLDER

Examples:
  muster snapshots primary
  muster snapshots primary --json

Exit codes: 0 listed · 1 failed · 2 wrong usage · 3 some cannot be read`;
