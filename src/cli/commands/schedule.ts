import type { Command } from 'commander';
import { renderSchedule } from '../../index.ts';
import { instantOf, windowOf } from '../arguments.ts';
import { documentOf } from '../json.ts';
import { copyExecutionJson, executionJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

export function define(command: Command, session: Session): void {
  command
    .option('--from <time>', 'start of the window (default: now)')
    .option('--until <time>', 'end of the window (default: a day later)')
    .addHelpText('after', help)
    .action((options: { readonly from?: string; readonly until?: string }) =>
      withMuster(session, async (muster) => {
        const zone = muster.plan.timezone;
        const from = options.from === undefined ? Date.now() : instantOf(options.from, zone);
        const until = options.until === undefined ? from + 86_400_000 : instantOf(options.until, zone);
        const { executions, copies } = muster.preview({ ...windowOf(from, until), systems: undefined });
        session.print(
          session.globals().json
            ? documentOf({ executions: executions.map(executionJson), copies: copies.map(copyExecutionJson) })
            : renderSchedule(executions, copies),
        );
      }),
    );
}

const help = `
Examples:
  muster schedule
  muster schedule --from 2026-03-28 --until 2026-03-30    # over a change to summer time

Exit codes: 0 shown · 2 invalid plan or usage`;
