import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Another program that uses a database. It does what it is told a line at a time, and answers each with a line. */
export interface DatabaseProgram {
  readonly pid: number;
  tell(line: string): Promise<string>;
  end(): Promise<void>;
}

/** Lines are SQL, `run` to insert in a loop from then on, `count` for the rows it has inserted so far. */
const program = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1], { timeout: 20000 });
  let rows = 0;
  const insert = () => {
    database.exec("begin immediate; insert into ledger values (1), (-1); insert into orders (item) values ('x'); commit");
    rows += 1;
    setImmediate(insert);
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'run') setImmediate(insert);
    else if (line !== 'count') database.exec(line);
    console.log(rows);
  });
  console.log('ready');
`;

export async function startProgram(database: string): Promise<DatabaseProgram> {
  const child = spawn(process.execPath, ['-e', program, '--', database], { stdio: 'pipe' });
  const lines = createInterface({ input: child.stdout });
  await nextLine(lines);
  return {
    pid: child.pid ?? 0,
    tell: async (line) => {
      const answer = nextLine(lines);
      child.stdin.write(`${line}\n`);
      return await answer;
    },
    end: () => endOf(child),
  };
}

async function nextLine(lines: ReturnType<typeof createInterface>): Promise<string> {
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
