import type { Command } from 'commander';
import { renderRuns } from '../../index.ts';
import { countArgument } from '../arguments.ts';
import { documentOf, runJson, runRecordJson } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderRun } from '../text/run.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('[run]', 'id, or the first digits: shows that run in full')
    .option('--limit <count>', 'at most so many, the newest', countArgument, 20)
    .addHelpText('after', help)
    .action((id: string | undefined, options: { readonly limit: number }) =>
      withMuster(session, async (muster) => {
        const json = session.globals().json === true;
        const zone = muster.plan.timezone;
        if (id !== undefined) {
          const run = muster.run(id);
          session.print(json ? documentOf(runRecordJson(run)) : renderRun(run, zone));
          return;
        }
        const runs = muster.runs({ limit: options.limit });
        session.print(json ? documentOf({ runs: runs.map(runJson) }) : renderRuns(runs, zone, session.paint()));
      }),
    );
}

const help = `
Examples:
  muster runs
  muster runs 20261120T101500Z-7f3a9c

Exit codes: 0 shown · 1 no such run`;
