import type { RunSummary } from '../../journal/journal.ts';
import { painted, plain, type Paint } from './paint.ts';
import { table } from './table.ts';
import { momentText, lengthOf } from './time.ts';

/** One line for each run. */
export function renderRuns(runs: readonly RunSummary[], timezone: string, paint: Paint = plain): string {
  if (runs.length === 0) return 'There is no run.';
  const rows = runs.map(({ id, kind, name, mode, status, startedAt, finishedAt, origin }) => [
    origin === undefined ? id : `${id} *`,
    mode === 'simulate' ? `${kind} (simulated)` : kind,
    shortened(name),
    painted(status, paint),
    momentText(startedAt, timezone),
    lengthOf(finishedAt === undefined ? undefined : finishedAt - startedAt),
  ]);
  const shown = table(['RUN', 'KIND', 'NAME', 'STATUS', 'STARTED', 'TOOK'], rows);
  return runs.some(({ origin }) => origin !== undefined) ? `${shown}\n\n${imported}` : shown;
}

const imported = '* taken over from the sealed catalog of another state folder';

/** The name of a backup run is all its systems. */
function shortened(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`;
}
