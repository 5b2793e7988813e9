import process from 'node:process';
import pc from 'picocolors';
import type { Paint } from '../index.ts';
import { createOutput } from './output.ts';
import { listenForStop } from './stop.ts';

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
  /** Lines that stay below all others on the terminal until others are shown; none takes them away. */
  show(lines: readonly string[]): void;
  /** False when nobody reads stdout any more: `muster files … | head`. */
  isRead(): boolean;
  /** False also with NO_COLOR and --no-color. */
  isColored(stream: 'stdout' | 'stderr'): boolean;
  /** Colours for stdout, or functions that change nothing. */
  colors(): ReturnType<typeof pc.createColors>;
  /** Colours for verdicts. */
  paint(): Paint;
  /** True when stderr is a terminal and progress is wanted. */
  interactive(): boolean;
  /** True when somebody is there to be asked. */
  asks(): boolean;
  /** Waits until all is printed; what kept it from being printed. */
  end(): Promise<Error | undefined>;
}

export function createSession(): Session {
  const stop = listenForStop((text) => session.tell(text));
  const output = createOutput();
  const session: Session = {
    globals: () => ({ color: true }),
    exitCode: 0,
    cwd: process.cwd(),
    env: process.env,
    signal: stop.signal,
    print: output.print,
    tell: output.tell,
    show: output.show,
    isRead: output.isRead,
    isColored: (stream) => session.globals().color && pc.isColorSupported && process[stream].isTTY,
    colors: () => pc.createColors(session.isColored('stdout')),
    paint: () => {
      const { green, yellow, red } = session.colors();
      return { good: green, doubtful: yellow, bad: red };
    },
    interactive: () => process.stderr.isTTY && process.env['TERM'] !== 'dumb' && session.globals().quiet !== true,
    asks: () => process.stdin.isTTY && process.stderr.isTTY && session.globals().yes !== true,
    end: () => {
      stop.end();
      return output.end();
    },
  };
  return session;
}
