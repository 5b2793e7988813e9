import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program, type CallOptions } from './muster.ts';

/** What to wait for on the terminal, and what to type then. */
export type Dialogue = readonly (readonly [string, string])[];

export interface OnTerminal {
  readonly exitCode: number | null;
  /** Every byte that the terminal got. */
  readonly raw: string;
  /** What is on its screen at the end, and above it. */
  readonly lines: readonly string[];
}

const columns = 80;

/** The command line on a terminal of 80 columns, made by `script`. */
export async function musterOnTerminal(
  args: readonly string[],
  { cwd, env = {} }: CallOptions,
  dialogue: Dialogue = [],
): Promise<OnTerminal> {
  const command = [process.execPath, program, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `stty cols ${columns} rows 24; exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '1', MUSTER_PASSPHRASE: 'open sesame', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let answered = 0;
  let from = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk;
    const [expected, answer] = dialogue[answered] ?? [];
    const at = expected === undefined ? -1 : raw.indexOf(expected, from);
    if (expected === undefined || answer === undefined || at < 0) return;
    from = at + expected.length;
    answered += 1;
    child.stdin.write(answer);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, raw, lines: screenOf(raw) };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** As much of a terminal as muster and Node's line editor use. Anything else fails. */
function screenOf(raw: string): readonly string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  // eslint-disable-next-line no-control-regex -- terminals are steered by control characters
  for (const [token] of raw.matchAll(/\u001b\[[\d;?]*[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g)) {
    const [, count = '', action = ''] = /^.\[([\d;?]*)([A-Za-z])$/.exec(token) ?? [];
    const number = Number(count || '1');
    if (token === '\r') column = 0;
    else if (token === '\n') row += 1;
    else if (action === '') column = put(token);
    else if (action === 'F') [row, column] = [row - number, 0];
    else if (action === 'G') column = number - 1;
    else if (action === 'J') lines.splice(row, lines.length - row, (lines[row] ?? '').slice(0, column));
    else if (action === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else throw new Error(`unexpected on a terminal: ${JSON.stringify(token)}`);
    if (row < 0) throw new Error('the cursor left the screen');
    while (lines.length <= row) lines.push('');
  }
  return lines;

  function put(text: string): number {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    return column + text.length;
  }
}
