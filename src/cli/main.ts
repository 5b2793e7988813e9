import { Command, CommanderError } from 'commander';
import { commandList } from './commands.ts';
import { createSession, type Session } from './session.ts';
import { versionOf } from './version.ts';

/** Runs one command line; resolves with the exit code. Nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  const session = createSession();
  const exitCode = await run(argv, session);
  const fault = await session.end();
  if (fault === undefined) return exitCode;
  session.tell(`error[output-failed]: the result could not be printed: ${fault.message}`);
  return exitCode === 0 ? 1 : exitCode;
}

async function run(argv: readonly string[], session: Session): Promise<number> {
  const program = newProgram();
  session.globals = () => program.opts();
  try {
    await addCommands(program, argv, session);
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return fail(error, argv, session);
  }
}

/** What it takes to say what is wrong is loaded only when something is. */
async function fail(error: unknown, argv: readonly string[], session: Session): Promise<number> {
  const { exitCodeOf, reportError } = await import('./failure.ts');
  const { parsingError } = await import('./parsing-error.ts');
  const fault = error instanceof CommanderError ? parsingError(error, argv) : error;
  // Where the parser gave up, it may not have come to it.
  const json = session.globals().json ?? argv.includes('--json');
  if (fault !== undefined) reportError(fault, { ...session, globals: () => ({ ...session.globals(), json }) });
  return fault === undefined ? 2 : exitCodeOf(fault, session);
}

/** Only commands that the command line names are loaded whole: the others are names and summaries in the help. */
async function addCommands(program: Command, argv: readonly string[], session: Session): Promise<void> {
  for (const { name, summary, load } of commandList) {
    const command = program.command(name).description(summary).exitOverride();
    command.configureOutput({ outputError: () => undefined });
    if (argv.includes(name)) (await load()).define(command, session);
    command.addHelpText('after', sharedOptions);
  }
}

function newProgram(): Command {
  return new Command('muster')
    .description('Backup and disaster recovery as code.')
    .version(versionOf(), '-V, --version', 'print the version')
    .option('--plan <path>', 'plan file or folder (default: muster.yaml or muster/, here or in the nearest parent)')
    .option('--state <path>', 'folder of the journal (default: .muster beside the plan; MUSTER_STATE)')
    .option('--json', 'one JSON document on stdout; progress goes to stderr')
    .option('-q, --quiet', 'no progress')
    .option('-v, --verbose', 'more detail')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .option('-y, --yes', 'ask nothing')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', exitCodes);
}

const sharedOptions = `
Options of every command, such as --plan and --json: muster --help`;

const exitCodes = `
Exit codes: 0 all succeeded · 1 failed · 2 wrong usage or invalid plan · 3 partly succeeded
            4 an objective is violated · 11 locked by another run · 130 interrupted`;
