import type { Command } from 'commander';
import { formatSize, type Difference, type Muster } from '../../index.ts';
import { documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { counted } from '../text/counted.ts';
import { differenceLine } from '../text/maintenance.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('<before>', 'id of a backup')
    .argument('<after>', 'id of another one')
    .addHelpText('after', help)
    .action((before: string, after: string) =>
      withMuster(session, (muster) =>
        session.globals().json
          ? printJson(muster.compareBackups(before, after), session)
          : printLines(muster.compareBackups(before, after), session),
      ),
    );
}

async function printJson(differences: ReturnType<Muster['compareBackups']>, session: Session): Promise<void> {
  const all: object[] = [];
  for await (const { sizeBefore = null, sizeAfter = null, ...rest } of differences)
    all.push({ ...rest, sizeBefore, sizeAfter });
  session.print(documentOf({ differences: all }));
}

/** Each line as soon as it is known: the backups may hold millions of files. */
async function printLines(differences: ReturnType<Muster['compareBackups']>, session: Session): Promise<void> {
  const counts: Record<Difference['kind'], number> = { added: 0, removed: 0, content: 0, metadata: 0, type: 0 };
  let [more, less] = [0, 0];
  for await (const difference of differences) {
    if (!session.isRead()) return;
    counts[difference.kind] += 1;
    if (difference.kind !== 'metadata') {
      more += difference.sizeAfter ?? 0;
      less += difference.sizeBefore ?? 0;
    }
    session.print(differenceLine(difference));
  }
  const changed = counted(counts.content + counts.type, 'change');
  session.print(
    `${counts.added} added, ${counts.removed} removed, ${changed}, ${counts.metadata} with other metadata; ${formatSize(less)} became ${formatSize(more)}`,
  );
}

const help = `
+ added   - removed   M other content   T another type   U the same content, other metadata

Examples:
  muster compare 3f9a12c4 8be01f77
  muster compare 3f9a12c4 8be01f77 --json

Exit codes: 0 compared · 1 failed`;
