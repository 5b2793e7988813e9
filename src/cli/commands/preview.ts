import type { Command } from 'commander';
import { renderPreview } from '../../index.ts';
import { durationArgument, instantOf, listArgument, windowOf } from '../arguments.ts';
import { documentOf } from '../json.ts';
import { previewJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly for?: number;
  readonly from?: string;
  readonly system?: readonly string[];
}

export function define(command: Command, session: Session): void {
  command
    .option('--for <duration>', 'length of the window (default: 24h)', durationArgument)
    .option('--from <time>', 'start of the window (default: now)')
    .option('--system <name>', 'only this system (may be repeated)', listArgument)
    .addHelpText('after', help)
    .action((options: Options) =>
      withMuster(session, async (muster) => {
        const from = options.from === undefined ? Date.now() : instantOf(options.from, muster.plan.timezone);
        const preview = muster.preview({
          ...windowOf(from, from + (options.for ?? 86_400_000)),
          systems: options.system,
        });
        session.print(
          session.globals().json
            ? documentOf(previewJson(preview))
            : renderPreview(preview, muster.plan.timezone, session.paint()),
        );
      }),
    );
}

const help = `
Shows the backups that are due, what retention would keep and delete and why, and the verdict on each objective.
It reads the catalog and changes nothing.

Examples:
  muster preview --for 7d
  muster preview --system orders --json

Exit codes: 0 shown · 2 invalid plan`;
