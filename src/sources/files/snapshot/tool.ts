import { execa } from 'execa';
import { plainEnvironment } from '../../../base/environment.ts';
import { MusterError } from '../../../base/error.ts';

export interface ToolOptions {
  /** Folder that it is started in. */
  readonly folder: string;
  /** Milliseconds; then it and what it started are killed. */
  readonly timeout: number;
  /** Undefined: it is left to end by itself, as what tidies up has to. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a program without a shell, in a process group of its own, so that an interrupt of the terminal does not reach
 * it; what it prints. Throws `snapshot-tool-failed` when it does not succeed, and the reason of the signal.
 */
export async function runTool(argv: readonly string[], { folder, timeout, signal }: ToolOptions): Promise<string> {
  signal?.throwIfAborted();
  const [program = '', ...args] = argv;
  const end = await execa(program, args, {
    cwd: folder,
    env: { ...plainEnvironment(), LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    killDescendants: true,
    timeout,
    maxBuffer: 1_000_000,
    forceKillAfterDelay: 5000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (!end.failed) return end.stdout;
  throw failed(argv, reasonOf(end), end.stderr);
}

interface End {
  readonly timedOut: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
}

function reasonOf(end: End): string {
  if (end.timedOut) return 'did not end in time';
  if (end.exitCode !== undefined) return `ended with ${end.exitCode}`;
  if (end.signal !== undefined) return `was ended by ${end.signal}`;
  return end.code === 'ENOENT' ? 'is not there' : `could not be started (${end.code ?? 'unknown fault'})`;
}

function failed(argv: readonly string[], reason: string, stderr: string): MusterError {
  const said = stderr.trim().slice(0, 500);
  return new MusterError(`${argv.join(' ')} ${reason}${said === '' ? '' : `: ${said}`}`, {
    code: 'snapshot-tool-failed',
    hint: 'Try the command by hand, as the user that muster runs as.',
  });
}
