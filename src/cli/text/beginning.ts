import { dirname } from 'node:path';
import { formatDiagnostics, type InitFromOutcome, type NeededSecret } from '../../index.ts';
import { backupJson } from '../json.ts';
import { counted } from './counted.ts';
import { evidenceJson, isWhole, renderRebuild } from './evidence.ts';
import { oneLine } from './printable.ts';

/** False when something has to be looked at before the plan can be trusted, or was not there. */
export function isWholeBeginning({ loaded, rebuilt }: InitFromOutcome): boolean {
  return loaded.plan !== undefined && isWhole(rebuilt);
}

/** What was written, what is known now, what the plan lacks here, and what comes next. */
export function renderBeginning(outcome: InitFromOutcome, state: string | undefined): string {
  const { plan, host, storage, files, entry, loaded, notes, rebuilt } = outcome;
  const timezone = loaded.plan?.timezone ?? 'UTC';
  return [
    `Wrote the plan ${oneLine(plan)} of ${oneLine(host)}, ${counted(files.length, 'file')}:`,
    ...files.map(({ to }) => `  ${oneLine(to)}`),
    '',
    renderRebuild(rebuilt, { storage: oneLine(storage), timezone }),
    ...notes.map((note) => `! ${oneLine(note)}`),
    '',
    ...secretLines(outcome),
    ...(loaded.plan === undefined ? [unreadable(outcome)] : []),
    'Next:',
    ...nextSteps(entry, state),
  ].join('\n');
}

function secretLines({ secrets }: InitFromOutcome): readonly string[] {
  if (secrets.length === 0) return [];
  return ['The plan needs, by names:', ...secrets.map(secretLine), ''];
}

const kinds = { env: 'variable', file: 'file', command: 'command' } as const;

function secretLine({ from, place, present, usedBy }: NeededSecret): string {
  const state = present === undefined ? 'not tried' : present ? 'here' : 'MISSING';
  return `  ${kinds[from]} ${oneLine(place)}: ${state} (${usedBy.map(oneLine).join(', ')})`;
}

function unreadable({ loaded }: InitFromOutcome): string {
  return `The plan can't be used as it is:\n${formatDiagnostics(loaded.diagnostics, loaded.sources, { format: 'text', cwd: '/', color: false })}\n`;
}

function nextSteps(entry: string, state: string | undefined): readonly string[] {
  const options = `--plan ${entry}${state === undefined ? '' : ` --state ${state}`}`;
  return [
    '  read the plan: it is as it was there, with the commands that it runs',
    `  muster validate ${entry}`,
    `  muster backups ${options}`,
    `  muster restore SYSTEM --to FOLDER ${options}     # or: muster recover RUNBOOK`,
  ];
}

export function beginningJson(outcome: InitFromOutcome): object {
  const { entry, files, plan, host, storage, catalog, secrets, notes, loaded, rebuilt } = outcome;
  const { found, byTags, gone, damaged, evidence } = rebuilt;
  return {
    path: entry,
    folder: dirname(entry),
    files,
    name: plan,
    host,
    storage,
    catalog,
    valid: loaded.plan !== undefined,
    secrets: secrets.map(({ present = null, ...secret }) => ({ ...secret, present })),
    notes,
    found: found.map(backupJson),
    byTags,
    gone: gone.map(backupJson),
    damaged,
    evidence: evidence === undefined ? null : evidenceJson(evidence),
  };
}
