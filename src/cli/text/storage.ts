import {
  dateTime,
  formatDuration,
  type CaseResult,
  type Muster,
  type StorageCheck,
  type TamperReport,
} from '../../index.ts';
import { counted } from './counted.ts';
import { oneLine } from './printable.ts';

/** Every case below its group; last, how many there are of each kind. */
export function renderStorageCheck({ store, results, counts, left, duration }: StorageCheck): string {
  const groups = [...new Set(results.map(({ group }) => group))];
  const cases = groups.map((group) =>
    [group, ...results.filter((result) => result.group === group).flatMap(caseLines)].join('\n'),
  );
  const { passed, failed } = counts;
  const skipped = counts['not-applicable'];
  return [
    store,
    ...cases,
    [
      `${passed} passed, ${failed} failed, ${skipped} not applicable, in ${formatDuration(duration)}`,
      ...(left ? [leftText(left)] : []),
    ].join('\n'),
  ].join('\n\n');
}

const marks = { passed: '✓', failed: '✗', 'not-applicable': '–' } as const;

function caseLines({ status, name, detail, notes, duration }: CaseResult): readonly string[] {
  const why = detail === undefined ? '' : `: ${oneLine(detail)}`;
  const time = status === 'passed' && duration >= 1000 ? ` (${formatDuration(duration)})` : '';
  return [`  ${marks[status]} ${name}${why}${time}`, ...[...new Set(notes)].map((note) => `    ! ${oneLine(note)}`)];
}

function leftText({ names, reason }: NonNullable<StorageCheck['left']>): string {
  const place = names[0]?.split('/').slice(0, 3).join('/') ?? '';
  return `${counted(names.length, 'object')} left behind (${oneLine(reason)}), such as those in ${place}`;
}

/** What was attempted and what came of it; last, the verdict. */
export function renderTamper({ store, verdict, attempts, left }: TamperReport): string {
  const lines = attempts.map(({ kind, outcome, detail }) => `  ${kind}: ${outcome}: ${oneLine(detail)}`);
  const stays =
    left.length > 0 ? [`${counted(left.length, 'object')} of the test can't be removed, as they should not.`] : [];
  return [store, ...lines, '', `${verdict}: ${meanings[verdict]}`, ...stays].join('\n');
}

const meanings: Readonly<Record<TamperReport['verdict'], string>> = {
  protected: 'everything that would destroy what is written was refused.',
  recoverable: 'what is written could be hidden or replaced; an older version stays, and destroying that was refused.',
  unprotected: 'whoever has the credentials of the plan could destroy what is written.',
  unknown: 'it was not seen to be refused, nor to succeed.',
};

/** What is locked until when. */
export function renderLocked(locked: Awaited<ReturnType<Muster['lockStorage']>>, timezone: string): string {
  if (locked.length === 0) return 'There is no backup in it.';
  return locked
    .map(({ backup, system, until, objects, extended }) => {
      const what = objects === 0 ? 'its time is over' : `${counted(objects, 'object')}, ${extended} of them anew`;
      return `${backup.slice(0, 8)} of ${system}: locked until ${dateTime(until, timezone)} (${what})`;
    })
    .join('\n');
}
