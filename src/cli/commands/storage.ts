import type { Command } from 'commander';
import type { Muster, StorageCheck, TamperReport } from '../../index.ts';
import { documentOf, isoOf, secondsOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderLocked, renderStorageCheck, renderTamper } from '../text/storage.ts';

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
  command
    .command('lock')
    .description('lock what the backups in an immutable target need, for as long as the plan promises')
    .argument('<storage>', 'name of the storage target')
    .action((storage: string) =>
      withMuster(session, async (muster) =>
        showLocked(await muster.lockStorage(storage, session.signal), muster, session),
      ),
    );
}

function showLocked(locked: Awaited<ReturnType<Muster['lockStorage']>>, muster: Muster, session: Session): void {
  const backups = locked.map((one) => ({ ...one, until: isoOf(one.until) }));
  session.print(session.globals().json ? documentOf({ backups }) : renderLocked(locked, muster.plan.timezone));
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
Checks write only objects of their own, and remove them again where that is possible. Backups lock what they need by
themselves; lock does it for those that could not, and for those that are older than the key immutable.

Examples:
  muster storage check offsite
  muster storage check offsite --json
  muster storage check offsite --tamper
  muster storage lock offsite

Exit codes: 0 everything passed, is locked, or tampering was refused or leaves an older version · 1 something failed, or what was
            written could be destroyed, or it could not be found out`;
