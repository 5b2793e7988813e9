import type { Instant } from '../base/clock.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { Catalog, Journal } from '../journal/journal.ts';
import type { Route } from '../plan/model/message.ts';
import { systemOf } from './event-values.ts';
import type { RunFacts } from './run-facts.ts';

/** What routes ask of the journal. */
export interface MessageJournal extends Pick<Journal, 'runs' | 'lastSent'> {
  readonly catalog: Pick<Catalog, 'find' | 'backups' | 'failuresInARow'>;
}

/** What happened, and to what. */
export interface Happening {
  readonly event: MusterEvent;
  readonly run: RunFacts;
  /** `copy:NAME/STORAGE`, else `system:NAME`, else `run:KIND/NAME`: repeats are counted by it. */
  readonly about: string;
}

export function happeningOf(event: MusterEvent, run: RunFacts): Happening {
  if (event.type === 'copy.failed' || event.type === 'copy.succeeded' || event.type === 'copy.lagging')
    return { event, run, about: `copy:${event.system}/${event.storage}` };
  const system = systemOf(event);
  return { event, run, about: system === undefined ? aboutRun(run, run.id) : `system:${system}` };
}

export function aboutRun(run: RunFacts | undefined, id: string): string {
  return run?.kind === undefined ? `run:${id}` : `run:${run.kind}/${run.name ?? id}`;
}

export interface RepeatQuestion {
  readonly route: Route;
  readonly audience: string;
  readonly happening: Happening;
  readonly now: Instant;
}

/**
 * True when the message is not to be sent: the audience had it about the same thing within `repeat`, and the trouble
 * has lasted since. Trouble that begins anew after something went well is told at once.
 */
export function isRepeat(journal: MessageJournal, { route, audience, happening, now }: RepeatQuestion): boolean {
  const { repeat, message } = route;
  if (repeat === undefined) return false;
  const last = journal.lastSent({ message, audience, about: happening.about });
  return last !== undefined && now - last < repeat && !isNews(journal, happening);
}

/** True for the first trouble after a success. */
function isNews(journal: MessageJournal, { event, run }: Happening): boolean {
  const { catalog } = journal;
  if (event.type === 'backup.failed') return catalog.failuresInARow(event.system) <= 1;
  if (event.type === 'backup.partial')
    return catalog.backups({ system: event.system, limit: 2 })[1]?.status === 'succeeded';
  if (event.type !== 'run.finished' || event.status === 'succeeded') return false;
  return previousRun(journal, run)?.status === 'succeeded';
}

/** The run of the same kind and name before this one, among the newest hundred. */
function previousRun(journal: MessageJournal, run: RunFacts): ReturnType<Journal['runs']>[number] | undefined {
  if (run.kind === undefined) return undefined;
  const runs = journal.runs({ kind: run.kind, limit: 100 });
  return runs.find(({ id, name, mode }) => id !== run.id && name === run.name && mode === 'execute');
}
