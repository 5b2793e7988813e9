import cliProgress from 'cli-progress';
import { formatDuration, formatSize, type Muster, type MusterEvent } from '../index.ts';
import type { Session } from './session.ts';
import { printable } from './text/printable.ts';

type EventOf<T extends MusterEvent['type']> = Extract<MusterEvent, { readonly type: T }>;

/** Shows a run on stderr while it lasts: bars on a terminal, a line for each finished step elsewhere. */
export function showProgress(muster: Muster, session: Session): () => void {
  if (session.globals().quiet) return () => undefined;
  const view = session.interactive() ? barView(session) : lineView(session);
  const titles = new Map<string, string>();
  const stop = muster.on((event) => {
    if (event.type === 'run.started') for (const step of event.steps) titles.set(step.id, step.title);
    if (event.type === 'attempt.started') view.start(event, titleOf(titles, event.step));
    if (event.type === 'progress') view.progress(event);
    if (event.type === 'attempt.finished') view.finish(event, finishedLine(event, titleOf(titles, event.step)));
    if (event.type === 'step.skipped') view.note(`- ${titleOf(titles, event.step)}: skipped, ${event.reason}`);
    if (event.type === 'step.checked')
      for (const line of checkedLines(event, titleOf(titles, event.step))) view.note(line);
    if (event.type === 'message.failed')
      view.note(`! message ${event.message} to ${event.audience} by ${event.channel}: ${event.detail}`);
  });
  return () => {
    stop();
    view.end();
  };
}

interface View {
  start(event: EventOf<'attempt.started'>, title: string): void;
  progress(event: EventOf<'progress'>): void;
  finish(event: EventOf<'attempt.finished'>, line: string): void;
  note(line: string): void;
  end(): void;
}

function lineView(session: Session): View {
  return {
    start: (event, title) => {
      if (session.globals().verbose) session.tell(`  ${title} (attempt ${event.attempt}) …`);
    },
    progress: () => undefined,
    finish: (_, line) => session.tell(line),
    note: (line) => session.tell(line),
    end: () => undefined,
  };
}

function barView(session: Session): View {
  const bars = new cliProgress.MultiBar(
    {
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      format: '{title} {bar} {percentage}% {done} {rate} {left}',
    },
    cliProgress.Presets.shades_grey,
  );
  const open = new Map<string, { readonly bar: cliProgress.SingleBar; readonly since: number }>();
  const note = (line: string): void => {
    if (open.size > 0) bars.log(`${line}\n`);
    else session.tell(line);
  };
  return {
    start: (event, title) => {
      const bar = bars.create(1, 0, { title: title.slice(0, 40).padEnd(40), done: '', rate: '', left: '' });
      open.set(event.step, { bar, since: event.at });
    },
    progress: (event) => {
      const entry = open.get(event.step);
      if (entry) update(entry.bar, event, event.at - entry.since);
    },
    finish: (event, line) => {
      const entry = open.get(event.step);
      if (entry) bars.remove(entry.bar);
      open.delete(event.step);
      note(line);
    },
    note,
    end: () => bars.stop(),
  };
}

function update(bar: cliProgress.SingleBar, event: EventOf<'progress'>, elapsed: number): void {
  const rate = elapsed > 0 ? (event.bytes * 1000) / elapsed : 0;
  const total = event.bytesTotal;
  const left = total !== undefined && rate > 0 ? `${formatDuration(((total - event.bytes) * 1000) / rate)} left` : '';
  if (total !== undefined) bar.setTotal(Math.max(total, 1));
  bar.update(total === undefined ? 0 : event.bytes, {
    done: formatSize(event.bytes),
    rate: `${formatSize(Math.round(rate))}/s`,
    left,
  });
}

function finishedLine(event: EventOf<'attempt.finished'>, title: string): string {
  if (event.status === 'succeeded') return `✓ ${title}`;
  const faults = event.faults
    .slice(0, 10)
    .map((fault) => `\n    ${fault.kind}: ${printable(fault.path)}: ${fault.detail}`);
  const more = event.faults.length > 10 ? `\n    and ${event.faults.length - 10} more` : '';
  if (event.status === 'partial')
    return `! ${title}: partly done${event.error ? `: ${event.error.message}` : ''}${faults.join('')}${more}`;
  const hint = event.error?.hint ? `\n    hint: ${event.error.hint}` : '';
  return `✗ ${title}: ${event.error?.message ?? event.status}${hint}${faults.join('')}${more}`;
}

function checkedLines(event: EventOf<'step.checked'>, title: string): readonly string[] {
  const marks = { ok: '✓', warning: '!', error: '✗' };
  if (event.findings.length === 0) return [`  ${title}`];
  return event.findings.map((finding) => `${marks[finding.severity]} ${title}: ${finding.message}`);
}

function titleOf(titles: ReadonlyMap<string, string>, step: string): string {
  return titles.get(step) ?? step;
}
