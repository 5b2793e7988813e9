import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { loadPlan, MusterError } from '../../index.ts';
import { planOf } from '../open.ts';
import type { Session } from '../session.ts';
import { planText, type Answers } from '../init/template.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('[folder]', 'where the plan goes', '.')
    .addOption(
      new Option('--template <name>', 'what it starts from')
        .choices(['files', 'sqlite', 'files-and-sqlite'])
        .default('files'),
    )
    .addHelpText('after', help)
    .action((folder: string, options: { readonly template: Answers['template'] }) =>
      init(resolve(session.cwd, folder), options.template, session),
    );
}

async function init(folder: string, template: Answers['template'], session: Session): Promise<void> {
  const path = join(folder, 'muster.yaml');
  if (existsSync(path)) {
    throw new MusterError(`${path} exists already`, {
      code: 'plan-exists',
      hint: 'Name another folder, or edit that plan.',
    });
  }
  const answers = await ask({ template, name: nameFrom(folder), storage: './backups', source: './data' }, session);
  await mkdir(folder, { recursive: true });
  await writeFile(path, planText(answers), { flag: 'wx' });
  planOf(await loadPlan(path, { env: session.env }));
  session.print(nextSteps(path));
}

/** Asks on a terminal; elsewhere, and with --yes, the suggestions stand. */
async function ask(suggested: Answers, session: Session): Promise<Answers> {
  if (!process.stdin.isTTY || session.globals().yes) return suggested;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const question = async (text: string, otherwise: string): Promise<string> =>
    (await terminal.question(`${text} [${otherwise}] `, { signal: session.signal })).trim() || otherwise;
  try {
    return {
      template: suggested.template,
      name: nameFrom(await question('Name of the plan', suggested.name)),
      source: await question('File or folder to protect', suggested.source),
      storage: await question('Folder for the backups', suggested.storage),
    };
  } finally {
    terminal.close();
  }
}

function nameFrom(text: string): string {
  const name = basename(text)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return /^[a-z]/.test(name) ? name : `plan-${name}`.replace(/-$/, '');
}

function nextSteps(path: string): string {
  return `Wrote ${path}. Next:
  export MUSTER_PASSPHRASE=…       # keep it where the backups are not
  muster validate
  muster preview
  muster backup --all`;
}

const help = `
Examples:
  muster init
  muster init shop --template files-and-sqlite --yes

Exit codes: 0 written · 1 there is a plan already`;
