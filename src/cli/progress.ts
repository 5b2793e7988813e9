import { formatDuration, type Muster } from '../index.ts';
import { createTerminalView } from './progress/terminal.ts';
import type { EventOf, View } from './progress/view.ts';
import type { Session } from './session.ts';
import { counted } from './text/counted.ts';
import { oneLine } from './text/printable.ts';

/** Shows a run on stderr while it lasts: how far each step is on a terminal, a line for each finished step elsewhere. */
export function showProgress(muster: Muster, session: Session): () => void {
  if (session.globals().quiet) return () => undefined;
  const view = session.interactive() ? createTerminalView(session) : createLineView(session);
  const titles = new Map<string, string>();
  let checked = 0;
  const titleOf = (step: string): string => titles.get(step) ?? step;
  const stop = muster.on((event) => {
    if (event.type === 'run.started') for (const step of event.steps) titles.set(step.id, step.title);
    if (event.type === 'attempt.started') view.start(event, titleOf(event.step));
    if (event.type === 'progress') view.progress(event);
    if (event.type === 'attempt.finished') view.finish(event, finishedLine(event, titleOf(event.step)));
    if (event.type === 'step.skipped') view.note(`- ${titleOf(event.step)}: skipped: ${event.reason}`);
    if (event.type === 'step.checked') view.checked({ done: (checked += 1), of: titles.size });
    if (event.type === 'message.failed')
      view.note(`! Message ${event.message} to ${event.audience} by ${event.channel} failed: ${oneLine(event.detail)}`);
  });
  return () => {
    stop();
    view.end();
  };
}

/** For files and pipes: nothing that changes. */
function createLineView(session: Session): View {
  return {
    start: (event, title) => {
      if (session.globals().verbose) session.tell(`  ${title} (attempt ${event.attempt}) …`);
    },
    progress: () => undefined,
    finish: (_, line) => session.tell(line),
    note: (line) => session.tell(line),
    checked: () => undefined,
    end: () => undefined,
  };
}

/** The result says more: which files, and what to do. */
function finishedLine({ status, error, faults, retryIn }: EventOf<'attempt.finished'>, title: string): string {
  const why = error === undefined ? '' : `: ${oneLine(error.message)}`;
  const again = retryIn === undefined ? '' : `; next attempt in ${formatDuration(retryIn)}`;
  if (status === 'succeeded') return `✓ ${title}`;
  if (status === 'partial') return `! ${title}: partly done, ${counted(faults.length, 'fault')}${why}`;
  return `✗ ${title}: ${status}${why}${again}`;
}
