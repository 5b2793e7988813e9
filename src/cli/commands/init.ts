import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { loadPlan, MusterError, type Plan } from '../../index.ts';
import { existingRepositories } from '../existing.ts';
import { PlanInvalidError, usageError } from '../failure.ts';
import type { FromOptions } from '../init/from.ts';
import { documentOf } from '../json.ts';
import { ask } from '../prompt.ts';
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
    .option('--from <place>', 'instead: the plan that lies sealed in this storage target, with its catalog')
    .option(
      '--passphrase-env <name>',
      'with --from FOLDER: environment variable with the passphrase (MUSTER_PASSPHRASE)',
    )
    .option('--passphrase-file <path>', 'with --from FOLDER: file with the passphrase')
    .option('--catalog <id>', 'with --from: which one, where several machines write to the target')
    .addHelpText('after', help)
    .action((folder: string, options: Options) => {
      const path = resolve(session.cwd, folder);
      if (options.from !== undefined) return begin(path, { ...options, from: options.from }, command);
      if ((options.passphraseEnv ?? options.passphraseFile ?? options.catalog) !== undefined)
        throw usageError('it is not clear where the plan lies', 'Use --from PLACE, too.');
      return init(path, options.template, session);
    });
  /** Loaded at need: it takes all that vaults are opened with. */
  async function begin(folder: string, options: FromOptions, from: Command): Promise<void> {
    if (from.getOptionValueSource('template') === 'cli')
      throw usageError('--template and --from contradict each other', 'Use either of them.');
    const { initFromPlace } = await import('../init/from.ts');
    await initFromPlace(folder, options, session);
  }
}

interface Options extends Partial<FromOptions> {
  readonly template: Answers['template'];
}

async function init(folder: string, template: Answers['template'], session: Session): Promise<void> {
  const path = join(folder, 'muster.yaml');
  if (existsSync(path)) {
    throw new MusterError(`${path} exists already`, {
      code: 'plan-exists',
      hint: 'Name another folder, or edit that plan.',
    });
  }
  const source = template === 'sqlite' ? './data/app.db' : './data';
  const answers = await answersTo({ template, name: nameFrom(folder), storage: './backups', source }, session);
  await mkdir(folder, { recursive: true });
  await writeFile(path, planText(answers), { flag: 'wx' });
  const plan = await validated(path, session);
  for (const line of existingRepositories(plan, session)) session.tell(line);
  session.print(session.globals().json ? documentOf({ path, name: answers.name, template }) : nextSteps(path));
}

/** Answers can contradict each other, such as backups inside of what they are of: that is said, and no plan is left. */
async function validated(path: string, session: Session): Promise<Plan> {
  const result = await loadPlan(path, { env: session.env });
  if (result.plan && result.diagnostics.length === 0) return result.plan;
  await rm(path);
  throw new PlanInvalidError(result);
}

/** Asks on a terminal; elsewhere, and with --yes, the suggestions stand. */
async function answersTo(suggested: Answers, session: Session): Promise<Answers> {
  if (!session.asks()) return suggested;
  return {
    template: suggested.template,
    name: nameFrom(await ask('Name of the plan', suggested.name, session)),
    source: pathFrom(await ask(questions[suggested.template], suggested.source, session)),
    storage: pathFrom(await ask('Folder for the backups', suggested.storage, session)),
  };
}

const questions: Readonly<Record<Answers['template'], string>> = {
  files: 'File or folder to protect',
  sqlite: 'SQLite database to protect',
  'files-and-sqlite': 'Folder to protect, with app.db in it',
};

/** As a shell would have read it. */
function pathFrom(text: string): string {
  return /^~(?=\/|$)/.test(text) ? join(homedir(), text.slice(1)) : text;
}

const longestName = 60;

function nameFrom(text: string): string {
  const plain = basename(text).normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const words = plain.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = words.join('-').slice(0, longestName).replace(/-$/, '');
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
  muster init --from /mnt/backups --passphrase-file /run/passphrase
  muster init --from target.yaml shop

With --from, PLACE is the folder of a vault on this machine, or a plan file with one storage target of any type and a key that
opens it: credentials are named there, as in any plan. Nothing that exists is replaced, and nothing of the plan is carried out.

Exit codes: 0 written · 1 there is a plan already, or nothing to begin with · 2 wrong usage
            3 with --from: something is missing or cannot be read, and listed`;
