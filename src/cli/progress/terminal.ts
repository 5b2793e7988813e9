import process from 'node:process';
import type { Session } from '../session.ts';
import type { View } from './view.ts';
import { progressLine } from './line.ts';
import { Transfer } from './transfer.ts';

/** Milliseconds between two pictures. */
const pace = 200;

/** A line for each step under way, redrawn a few times a second; what has ended stands above them. */
export function createTerminalView(session: Session): View {
  const open = new Map<string, { readonly title: string; readonly transfer: Transfer }>();
  const draw = (): void => session.show(pictureOf([...open.values()]));
  const timer = setInterval(draw, pace);
  timer.unref();
  return {
    start: (event, title) => {
      open.set(event.step, { title, transfer: new Transfer(event.at) });
      draw();
    },
    progress: (event) => open.get(event.step)?.transfer.add(event),
    finish: (event, line) => {
      open.delete(event.step);
      draw();
      session.tell(line);
    },
    note: (line) => session.tell(line),
    checked: ({ done, of }: Checked) => session.show([`Checked ${done} of ${of}`]),
    end: () => {
      clearInterval(timer);
      session.show([]);
    },
  };
}

type Checked = Parameters<View['checked']>[0];

/** As many steps as there is room for. */
function pictureOf(steps: readonly { readonly title: string; readonly transfer: Transfer }[]): readonly string[] {
  // A terminal that does not know its size says 0.
  const columns = process.stderr.columns || 80;
  const rows = process.stderr.rows || 24;
  const now = Date.now();
  const room = Math.max(1, rows - 3);
  const lines = steps
    .slice(0, room)
    .map(({ title, transfer }) => progressLine(title, transfer.state(now), columns - 1));
  return steps.length > room ? [...lines, `and ${steps.length - room} more`] : lines;
}
