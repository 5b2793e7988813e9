import { type Command, Option } from 'commander';
import {
  type Muster,
  type VerifyLevel,
  type VerifyLine,
  type VerifyOutcome,
  type VerifyStorageLine,
  type VerifyStorageOutcome,
} from '../../index.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
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
  readonly whole?: boolean;
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
    .addOption(
      new Option('--whole', 'all that targets hold, to the last byte').conflicts(['level', 'system', 'allCopies']),
    )
    .addHelpText('after', help)
    .action((backups: readonly string[], options: Options) =>
      withMuster(session, async (muster) => {
        const end = showProgress(muster, session);
        const outcome = await verifyAsAsked(muster, { ...options, backups }, session).finally(end);
        session.exitCode = exitCodeOfOutcome(outcome);
        const { run, status, results } = outcome;
        if (session.globals().json) session.print(documentOf({ run, status, results: results.map(resultJson) }));
        else session.print(renderVerifyOutcome(outcome));
      }),
    );
}

async function verifyAsAsked(
  muster: Muster,
  options: Options & { readonly backups: readonly string[] },
  { signal }: Session,
): Promise<VerifyOutcome | VerifyStorageOutcome> {
  const { backups, level, system, storage, allCopies, whole } = options;
  if (whole !== true)
    return await muster.verify({
      backups,
      level,
      system,
      storage,
      copies: allCopies === true ? 'all' : 'first',
      signal,
    });
  if (backups.length === 0) return await muster.verifyStorage({ storage, signal });
  throw usageError('--whole is about storage targets, not about backups', 'Leave the ids out, or --whole.');
}

function resultJson(result: VerifyLine | VerifyStorageLine): object {
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
  muster verify --whole --storage primary

Exit codes: 0 all passed · 1 failed · 3 some failed · 11 locked`;
