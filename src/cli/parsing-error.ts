import type { CommanderError } from 'commander';
import type { MusterError } from '../index.ts';
import { commandList } from './commands.ts';
import { usageError } from './failure.ts';

/** What the parser of the command line says, as an error of ours; undefined when it has shown the help instead. */
export function parsingError(error: CommanderError, argv: readonly string[]): MusterError | undefined {
  const json = argv.includes('--json');
  if (error.code === 'commander.help') return json ? usageError('no command is named', helpHint([])) : undefined;
  const [text = '', suggestion] = error.message.replace(/^error: /, '').split(/\n\((.*)\)$/s);
  const [message = '', rule] = text.split(/(?<= is invalid)\. /);
  return usageError(message.replace(/\.$/, ''), suggestion ?? rule ?? helpHint(argv));
}

function helpHint(argv: readonly string[]): string {
  const command = argv.find((word) => commandList.some(({ name }) => name === word));
  return command === undefined ? 'See muster --help.' : `See muster ${command} --help.`;
}
