import { type Command, Option } from 'commander';
import { type VerifyLevel, type VerifyLine } from '../../index.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { renderVerifyOutcome } from '../text/outcome.ts';

interface Options {
  readonly level?: VerifyLevel;
  readonly system?: string;
  readonly storage?: string;
}

export function define(command: Command, session: Session): void {
  command
    .argument('[backup...]', 'ids (default: the newest backup of each system)')
    .addOption(new Option('--level <level>', 'how much is checked').choices(['basic', 'standard']).default('standard'))
    .option('--system <name>', 'only of this system')
    .option('--storage <name>', 'on this target (default: the first that holds it)')
    .addHelpText('after', help)
    .action((backups: readonly string[], options: Options) =>
      withMuster(session, async (muster) => {
        const end = showProgress(muster, session);
        const outcome = await muster.verify({ ...options, backups, signal: session.signal }).finally(end);
        session.exitCode = exitCodeOfOutcome(outcome);
        const { run, status, results } = outcome;
        if (session.globals().json) session.print(documentOf({ run, status, results: results.map(resultJson) }));
        else session.print(renderVerifyOutcome(outcome));
      }),
    );
}

function resultJson(result: VerifyLine): object {
  return { ...result, error: result.error ?? null };
}

const help = `
Levels: basic     every object that the backup needs exists with the right size; snapshot and index decrypt
        standard  also the whole tree, and every byte of a sample of packs

Examples:
  muster verify
  muster verify 3f9a12c4 --level basic
  muster verify --system orders --storage second

Exit codes: 0 all passed · 1 failed · 3 some failed · 11 locked`;
