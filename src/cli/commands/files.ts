import type { Command } from 'commander';
import { fromBytePath, toBytePath, type Entry } from '../../index.ts';
import { isoOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderEntry } from '../text/backup.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('<backup>', 'its id, or the first digits')
    .argument('[path]', 'only this path and what is below it')
    .addHelpText('after', help)
    .action((id: string, path: string | undefined) =>
      withMuster(session, async (muster) => {
        const entries = muster.files(id, path === undefined ? undefined : toBytePath(path));
        if (session.globals().json) return printJson(entries, session);
        for await (const entry of untilUnread(entries, session))
          session.print(renderEntry(entry, muster.plan.timezone));
      }),
    );
}

/** One document, written as it comes: a backup may hold millions of files. Nothing is written before the first is there. */
async function printJson(entries: AsyncIterable<Entry>, session: Session): Promise<void> {
  let line = '{ "files": [';
  for await (const entry of untilUnread(entries, session)) {
    session.print(line.startsWith('{ "files"') ? line : `${line},`);
    line = `  ${JSON.stringify(entryJson(entry))}`;
  }
  session.print(`${line}\n]}`);
}

/** Ends when nobody reads any more, or the user has had enough. */
async function* untilUnread(entries: AsyncIterable<Entry>, session: Session): AsyncIterable<Entry> {
  for await (const entry of entries) {
    if (!session.isRead()) return;
    session.signal.throwIfAborted();
    yield entry;
  }
}

function entryJson(entry: Entry): object {
  return {
    path: fromBytePath(entry.path),
    type: entry.type,
    size: entry.size,
    mode: entry.mode.toString(8).padStart(4, '0'),
    modifiedAt: isoOf(entry.modifiedAt),
    uid: entry.uid,
    gid: entry.gid,
    ...(entry.linkTarget === undefined ? {} : { linkTarget: fromBytePath(entry.linkTarget) }),
  };
}

const help = `
Examples:
  muster files 3f9a12c4
  muster files 3f9a12c4 /srv/www/index.html --json

Exit codes: 0 listed · 1 no such backup or path`;
