import { formatSize, type CopyLine, type CopyOutcome } from '../../index.ts';
import { errorLines } from './fault.ts';
import { oneLine } from './printable.ts';

/** What `copy` did: a line for each copy that was missing. */
export function renderCopyOutcome({ run, copies }: CopyOutcome): string {
  if (run === undefined) return 'Every copy that the plan wants is there.';
  return [...copies.flatMap(copyLines), `run ${run.run}: ${run.status}`].join('\n');
}

function copyLines(line: CopyLine): readonly string[] {
  const { backup, system, storage, status, from, bytesStored = 0, notes, error } = line;
  const what = `${system}: ${backup.slice(0, 8)} to ${storage}`;
  if (status === 'stored') {
    const passedOver = notes.filter((note) => note.startsWith('passed over'));
    return [`${what} from ${from ?? ''}, ${formatSize(bytesStored)} stored`, ...passedOver.map(indented)];
  }
  if (status === 'elsewhere') return [`${what}: made by another run`, ...notes.map(indented)];
  return errorLines(`${what}: ${status === 'failed' ? 'not copied' : 'not tried'}`, error);
}

function indented(note: string): string {
  return `    ${oneLine(note)}`;
}
