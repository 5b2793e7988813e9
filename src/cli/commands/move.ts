import type { Command } from 'commander';
import type { Muster } from '../../index.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { documentOf } from '../json.ts';
import { moveJson, plannedMoveJson } from '../json-move.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { renderMoveOutcome, renderMoves } from '../text/move.ts';

interface Options {
  readonly storage?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

export function define(command: Command, session: Session): void {
  command
    .option('--storage <name>', 'only from this target')
    .option('--dry-run', 'show what would be moved, and why')
    .option('--reason <text>', 'why, for the record')
    .addHelpText('after', help)
    .action((options: Options) => withMuster(session, (muster) => move(muster, options, session)));
}

async function move(muster: Muster, options: Options, session: Session): Promise<void> {
  const { storage, reason } = options;
  const request = { storage, reason, signal: session.signal };
  const { json } = session.globals();
  if (options.dryRun) {
    const moves = await muster.planMoves(request);
    const { timezone } = muster.plan;
    return session.print(json ? documentOf({ moves: moves.map(plannedMoveJson) }) : renderMoves(moves, timezone));
  }
  const end = showProgress(muster, session);
  const outcome = await muster.move(request).finally(end);
  if (outcome.run !== undefined) session.exitCode = exitCodeOfOutcome(outcome.run);
  session.print(json ? documentOf(moveJson(outcome)) : renderMoveOutcome(outcome));
}

const help = `
Moves backups as \`lifecycle\` and \`rebalance\` of the storage targets say: each is copied to the other target unless
it is there, checked there, and only then taken away; at the end what nobody needs is freed. What retention would
remove here or there is not moved. A move that fails leaves the backup where it is, and the next call tries again.

Examples:
  muster move --dry-run
  muster move --storage primary

Exit codes: 0 moved, or nothing to move · 1 failed · 3 some are not moved · 11 locked · 130 interrupted`;
