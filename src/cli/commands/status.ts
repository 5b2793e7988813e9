import type { Command } from 'commander';
import { renderStatus, type StatusReport } from '../../index.ts';
import { documentOf } from '../json.ts';
import { statusJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

export function define(command: Command, session: Session): void {
  command
    .option('--check', 'fail with 4 when a system is not ok, an objective is violated, or storage was tampered with')
    .addHelpText('after', help)
    .action((options: { readonly check?: boolean }) =>
      withMuster(session, async (muster) => {
        const report = await muster.status();
        session.print(
          session.globals().json
            ? documentOf(statusJson(report))
            : renderStatus(report, muster.plan.timezone, session.paint()),
        );
        if (options.check && isUnwell(report)) session.exitCode = 4;
      }),
    );
}

function isUnwell({ systems, storage }: StatusReport): boolean {
  return (
    systems.some(
      ({ state, rpo, proof, copies }) =>
        state !== 'ok' || [rpo, proof, ...copies].some(({ verdict }) => verdict === 'violated'),
    ) ||
    storage.some(
      ({ verdict, changes }) =>
        verdict === 'violated' || (changes !== undefined && changes.removed + changes.replaced > 0),
    )
  );
}

const help = `
Examples:
  muster status
  muster status --check --quiet || echo "look at the backups"

Exit codes: 0 shown · 4 with --check: something is not ok`;
