import type { Command } from 'commander';
import { renderStatus } from '../../index.ts';
import { documentOf } from '../json.ts';
import { statusJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

export function define(command: Command, session: Session): void {
  command
    .option('--check', 'fail with 4 when a system is not ok or an objective is violated')
    .addHelpText('after', help)
    .action((options: { readonly check?: boolean }) =>
      withMuster(session, async (muster) => {
        const report = await muster.status();
        session.print(
          session.globals().json
            ? documentOf(statusJson(report))
            : renderStatus(report, muster.plan.timezone, session.paint()),
        );
        const unwell = report.systems.some((system) => system.state !== 'ok' || system.rpo.verdict === 'violated');
        if (options.check && unwell) session.exitCode = 4;
      }),
    );
}

const help = `
Examples:
  muster status
  muster status --check --quiet || echo "look at the backups"

Exit codes: 0 shown · 4 with --check: something is not ok`;
