import { Command, CommanderError } from 'commander';
import { commandList, type CommandEntry } from './commands.ts';
import { createSession, type Session } from './session.ts';
import { versionOf } from './version.ts';

/** Runs one command line; resolves with the exit code. Nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  const session = createSession();
  try {
    await (await buildProgram(argv, session)).parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { exitCodeOf, reportError } = await import('./failure.ts');
    reportError(error, session);
    return exitCodeOf(error, session);
  } finally {
    session.end();
  }
}

/** Only the command that was asked for is loaded whole: the others are names and summaries in the help. */
async function buildProgram(argv: readonly string[], session: Session): Promise<Command> {
  const program = newProgram();
  session.globals = () => program.opts();
  const names = new Set(commandList.map((entry) => entry.name));
  const wanted = argv.find((word) => names.has(word));
  for (const entry of commandList) {
    const command = addCommand(program, entry);
    if (entry.name === wanted || argv.includes('help')) (await entry.load()).define(command, session);
  }
  return program;
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
    .enablePositionalOptions(false)
    .showHelpAfterError('(muster --help shows the commands)')
    .exitOverride()
    .addHelpText('after', exitCodes);
}

function addCommand(program: Command, entry: CommandEntry): Command {
  const command = program.command(entry.name).description(entry.summary).exitOverride();
  for (const option of program.options) if (option.long !== '--version') command.addOption(option);
  command.configureHelp({ visibleOptions: (of) => of.options.filter((option) => !program.options.includes(option)) });
  command.hook('preAction', (_, action) => {
    for (const option of program.options) {
      const key = option.attributeName();
      if (action.getOptionValueSource(key) === 'cli') program.setOptionValue(key, action.getOptionValue(key));
    }
  });
  return command;
}

const exitCodes = `
Exit codes: 0 all succeeded · 1 failed · 2 wrong usage or invalid plan · 3 partly succeeded
            4 an objective is violated · 11 locked by another run · 130 interrupted`;
