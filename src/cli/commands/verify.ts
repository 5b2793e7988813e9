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
  readonly allCopies?: boolean;
}

const levels: readonly VerifyLevel[] = ['basic', 'standard', 'thorough', 'forensic'];

export function define(command: Command, session: Session): void {
  command
    .argument('[backup...]', 'ids (default: the newest backup of each system)')
    .addOption(new Option('--level <level>', 'how much is checked').choices(levels).default('standard'))
    .option('--system <name>', 'only of this system')
    .addOption(
      new Option('--storage <name>', 'on this target (default: the first that holds it)').conflicts('allCopies'),
    )
    .option('--all-copies', 'on each target that holds it')
    .addHelpText('after', help)
    .action((backups: readonly string[], options: Options) =>
      withMuster(session, async (muster) => {
        const end = showProgress(muster, session);
        const { level, system, storage, allCopies } = options;
        const copies = allCopies === true ? 'all' : 'first';
        const { signal } = session;
        const outcome = await muster.verify({ backups, level, system, storage, copies, signal }).finally(end);
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
Levels: basic     every object that the backup needs exists with the right size; config, keys and index are whole
        standard  also, its folders and files are complete; every byte of a sample of packs, those first that
                  have waited longest
        thorough  also, every byte of all its packs; the format of files that have a known one
        forensic  also, it is restored to a scratch folder, checked there and compared, which counts as a proof

Examples:
  muster verify
  muster verify 3f9a12c4 --level basic
  muster verify --system orders --storage second
  muster verify --level forensic --all-copies

Exit codes: 0 all passed · 1 failed · 3 some failed · 11 locked`;
