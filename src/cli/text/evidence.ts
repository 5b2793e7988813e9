import { dateTime, type RebuildOutcome, type TakenCatalog, type TakenEvidence } from '../../index.ts';
import { isoOf } from '../json.ts';
import { counted } from './counted.ts';
import { oneLine } from './printable.ts';

/** Where it came from, and how its times are written. */
export interface RebuildPlace {
  readonly storage: string;
  readonly timezone: string;
}

/** True when all that should be there is, as far as anybody can know. */
export function isWhole({ damaged, gone, evidence }: RebuildOutcome): boolean {
  const isComplete = evidence === undefined || evidence.catalogs.every(({ missing }) => missing.length === 0);
  return damaged.length === 0 && gone.length === 0 && isComplete && (evidence?.faults ?? []).length === 0;
}

/** What came back from a storage target, and what did not. */
export function renderRebuild(outcome: RebuildOutcome, place: RebuildPlace): string {
  const { found, completed, known, foreign, damaged, gone } = outcome;
  const lines = [
    `${counted(found.length, 'backup')} found in ${place.storage}, ${completed.length} completed, ${known} known already.`,
    ...evidenceLines(outcome, place),
    ...(foreign > 0 ? [`${counted(foreign, 'snapshot')} of other programs left as they are.`] : []),
    ...gone.map(
      ({ id, system }) => `✗ ${id.slice(0, 8)} of ${system}: the sealed catalog has it, and its snapshot is not there.`,
    ),
    ...damaged.map(({ id, detail }) => `✗ ${id.slice(0, 8)}: ${oneLine(detail)}`),
  ];
  return lines.join('\n');
}

function evidenceLines({ evidence, byTags }: RebuildOutcome, place: RebuildPlace): readonly string[] {
  if (evidence === undefined)
    return [`${place.storage} can't keep a catalog: backups are known by the tags on their snapshots alone.`];
  const { catalogs, others, faults } = evidence;
  return [
    ...catalogs.flatMap((catalog) => catalogLines(catalog, place)),
    ...(catalogs.length === 0
      ? ['There is no sealed catalog of this plan: backups are known by their tags alone.']
      : []),
    ...(catalogs.length > 0 && byTags > 0
      ? [
          `✗ ${counted(byTags, 'backup')} of these the sealed catalog does not have: it is older than they are, or its end was removed.`,
        ]
      : []),
    ...others.map(
      ({ id, plan, host }) => `Left alone: catalog ${id} of the plan ${oneLine(plan)} on ${oneLine(host)}.`,
    ),
    ...faults.map((fault) => `✗ ${oneLine(fault)}`),
  ];
}

function catalogLines(
  { id, host, events, taken, lastAt, missing }: TakenCatalog,
  { timezone }: RebuildPlace,
): readonly string[] {
  const until = lastAt === undefined ? '' : `, the last of ${dateTime(lastAt, timezone)}`;
  const verdict = missing.length === 0 ? 'its hashes fit from the first to the last' : 'not whole';
  return [
    `Sealed catalog ${id} of ${oneLine(host)}: ${counted(events, 'event')}${until}; ${taken} taken over; ${verdict}.`,
    ...missing.map(({ from, to }) => `✗ events ${from} to ${to} of it are missing.`),
  ];
}

export function evidenceJson({ catalogs, others, faults }: TakenEvidence): object {
  return {
    catalogs: catalogs.map(({ lastAt, head = null, ...catalog }) => ({ ...catalog, head, lastAt: isoOf(lastAt) })),
    others,
    faults,
  };
}
