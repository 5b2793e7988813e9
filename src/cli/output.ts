import process from 'node:process';
import { harmless } from './text/printable.ts';

export interface Output {
  readonly print: (text: string) => void;
  readonly tell: (text: string) => void;
  /** False once the reader of stdout has gone. */
  readonly isRead: () => boolean;
  /** Waits until stdout has taken everything; what kept it from that, unless the reader chose to go. */
  end(): Promise<Error | undefined>;
}

/** Lines on stdout and stderr. A reader that has gone harms nothing: a backup goes on without one. */
export function createOutput(): Output {
  let fault: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error) => (fault ??= error));
  process.stderr.on('error', () => undefined);
  return {
    print: (text) => {
      if (fault === undefined) process.stdout.write(`${harmless(text)}\n`);
    },
    tell: (text) => void process.stderr.write(`${harmless(text)}\n`),
    isRead: () => fault === undefined,
    end: async () => {
      await new Promise((resolve) => process.stdout.write('', resolve));
      return fault?.code === 'EPIPE' ? undefined : fault;
    },
  };
}
