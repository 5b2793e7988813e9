import type { Command } from 'commander';
import { type Muster, type NotifyOptions } from '../../index.ts';
import { listArgument, pairArgument, valuesOf } from '../arguments.ts';
import { exitCodeOfStatus } from '../exit.ts';
import { usageError } from '../failure.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly to?: readonly string[];
  readonly dryRun?: boolean;
  readonly set?: Readonly<Record<string, string>>;
}

export function define(command: Command, session: Session): void {
  command
    .argument('<message>', 'its name in the plan')
    .option('--to <audience>', 'who gets it (may be repeated)', listArgument)
    .option('--set <name=value>', 'a value for {{set.name}} (may be repeated)', pairArgument)
    .option('--dry-run', 'print the texts, send nothing')
    .addHelpText('after', help)
    .action((message: string, options: Options) =>
      withMuster(session, (muster) => {
        if (options.to === undefined)
          throw usageError('nobody was named to get the message', 'Name an audience with --to.');
        const request = { message, audiences: options.to, set: valuesOf(options.set) };
        return options.dryRun ? show(muster, request, session) : send(muster, request, session);
      }),
    );
}

async function show(muster: Muster, request: NotifyOptions, session: Session): Promise<void> {
  const texts = await muster.renderMessage(request);
  if (session.globals().json) return session.print(JSON.stringify({ messages: texts }, null, 2));
  for (const text of texts)
    session.print(`To ${text.audience} by ${text.channels.join(', ')}\nSubject: ${text.subject}\n\n${text.text}\n`);
}

async function send(muster: Muster, request: NotifyOptions, session: Session): Promise<void> {
  const outcome = await muster.notify(request);
  session.exitCode = exitCodeOfStatus(outcome.status);
  if (session.globals().json)
    return session.print(JSON.stringify({ run: outcome.run, deliveries: outcome.deliveries }, null, 2));
  for (const delivery of outcome.deliveries)
    session.print(`${delivery.status}  ${delivery.audience} by ${delivery.channel}: ${delivery.detail}`);
}

const help = `
Examples:
  muster notify recovery-started --to team --dry-run
  muster notify service-restored --to team --to customers

Exit codes: 0 all sent · 1 none sent · 3 some failed`;
