import process from 'node:process';
import pc from 'picocolors';
import type { Paint } from '../index.ts';

export interface GlobalOptions {
  readonly plan?: string;
  readonly state?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly yes?: boolean;
}

/** One call of the program: where it prints, what was asked for all commands, and when it must stop. */
export interface Session {
  globals: () => GlobalOptions;
  exitCode: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** A line on stdout: results. */
  print(text: string): void;
  /** A line on stderr: progress, warnings, questions. */
  tell(text: string): void;
  /** Colours for stdout, or functions that change nothing. */
  colors(): ReturnType<typeof pc.createColors>;
  /** Colours for verdicts. */
  paint(): Paint;
  /** True when stderr is a terminal and progress is wanted. */
  interactive(): boolean;
  end(): void;
}

export function createSession(): Session {
  const abort = new AbortController();
  const stop = (name: NodeJS.Signals): void => abort.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const session: Session = {
    globals: () => ({ color: true }),
    exitCode: 0,
    cwd: process.cwd(),
    env: process.env,
    signal: abort.signal,
    print: (text) => void process.stdout.write(`${text}\n`),
    tell: (text) => void process.stderr.write(`${text}\n`),
    colors: () => pc.createColors(session.globals().color && pc.isColorSupported && process.stdout.isTTY),
    paint: () => {
      const { green, yellow, red } = session.colors();
      return { good: green, doubtful: yellow, bad: red };
    },
    interactive: () => process.stderr.isTTY && !isQuiet(session.globals()),
    end: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
  return session;
}

function isQuiet(options: GlobalOptions): boolean {
  return options.quiet === true;
}
