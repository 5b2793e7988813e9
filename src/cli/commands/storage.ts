import type { Command } from 'commander';
import type { Muster, StorageCheck, TamperReport } from '../../index.ts';
import { documentOf, secondsOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderStorageCheck, renderTamper } from '../text/storage.ts';

export function define(command: Command, session: Session): void {
  command.addHelpText('after', help);
  command
    .command('check')
    .description('try out whether a storage target keeps what muster relies on')
    .argument('<storage>', 'name of the storage target')
    .option('--tamper', 'instead: attempt to destroy objects of its own, with the credentials of the plan')
    .action((storage: string, options: { readonly tamper?: boolean }) =>
      withMuster(session, async (muster) => {
        if (options.tamper) showTamper(await muster.tamperStorage(storage), storage, session);
        else showCheck(await check(muster, storage, session), storage, session);
      }),
    );
}

async function check(muster: Muster, storage: string, session: Session): Promise<StorageCheck> {
  let done = 0;
  const onResult = ({ name }: { readonly name: string }): void => {
    if (session.interactive()) session.show([`  ${(done += 1)} cases done: ${name}`]);
  };
  try {
    return await muster.checkStorage({ storage, signal: session.signal, onResult });
  } finally {
    session.show([]);
  }
}

function showCheck(report: StorageCheck, storage: string, session: Session): void {
  session.exitCode = report.counts.failed > 0 ? 1 : 0;
  if (!session.globals().json) return session.print(renderStorageCheck(report));
  const { results, counts, left = null, duration, store: description } = report;
  const cases = results.map(({ detail = null, duration, ...result }) => ({
    ...result,
    detail,
    durationSeconds: secondsOf(duration),
  }));
  session.print(documentOf({ storage, description, counts, cases, left, durationSeconds: secondsOf(duration) }));
}

function showTamper({ store, ...report }: TamperReport, storage: string, session: Session): void {
  session.exitCode = report.verdict === 'protected' || report.verdict === 'recoverable' ? 0 : 1;
  const text = (): string => renderTamper({ store, ...report });
  session.print(session.globals().json ? documentOf({ storage, description: store, ...report }) : text());
}

const help = `
Both write only objects of their own, and remove them again where that is possible.

Examples:
  muster storage check offsite
  muster storage check offsite --json
  muster storage check offsite --tamper

Exit codes: 0 everything passed, or tampering was refused or leaves an older version · 1 something failed, or what was
            written could be destroyed, or it could not be found out`;
