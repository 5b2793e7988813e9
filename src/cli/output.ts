import process from 'node:process';
import { harmless } from './text/printable.ts';

export interface Output {
  /** A line on stdout. */
  readonly print: (text: string) => void;
  /** A line on stderr. */
  readonly tell: (text: string) => void;
  /** Lines that stay below everything else on the terminal until others are shown; none takes them away. */
  readonly show: (lines: readonly string[]) => void;
  /** False once the reader of stdout has gone. */
  readonly isRead: () => boolean;
  /** Waits until stdout has taken everything; what kept it from that, unless the reader chose to go. */
  readonly end: () => Promise<Error | undefined>;
}

/** Lines on stdout and stderr. A reader that has gone harms nothing: a backup goes on without one. */
export function createOutput(): Output {
  let fault: NodeJS.ErrnoException | undefined;
  let shown: readonly string[] = [];
  process.stdout.on('error', (error) => (fault ??= error));
  process.stderr.on('error', () => undefined);
  const write = (stream: NodeJS.WriteStream, text: string, below = shown): void => {
    process.stderr.write(eraser(shown.length));
    stream.write(text);
    process.stderr.write(below.map((line) => `${line}\n`).join(''));
    shown = below;
  };
  return {
    print: (text) => {
      if (fault === undefined) write(process.stdout, `${harmless(text)}\n`);
    },
    tell: (text) => write(process.stderr, `${harmless(text)}\n`),
    show: (lines) => write(process.stderr, '', lines.map(harmless)),
    isRead: () => fault === undefined,
    end: async () => {
      await new Promise((resolve) => process.stdout.write('', resolve));
      return fault?.code === 'EPIPE' ? undefined : fault;
    },
  };
}

/** Takes so many lines away: to the first column of the first of them, then clears to the end of the screen. */
function eraser(lines: number): string {
  return lines === 0 ? '' : `${String.fromCodePoint(27)}[${lines}F${String.fromCodePoint(27)}[J`;
}
