import type { Command } from 'commander';
import { type Muster, type NotifyOptions } from '../../index.ts';
import { listArgument, pairArgument, valuesOf } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
import { deliveryJson, documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderNotifyOutcome } from '../text/outcome.ts';

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
        if (options.to === undefined) throw usageError('no audience is named', 'Name one with --to.');
        const request = { message, audiences: options.to, set: valuesOf(options.set) };
        return options.dryRun ? show(muster, request, session) : send(muster, request, session);
      }),
    );
}

async function show(muster: Muster, request: NotifyOptions, session: Session): Promise<void> {
  const texts = await muster.renderMessage(request);
  if (session.globals().json) return session.print(documentOf({ messages: texts }));
  for (const text of texts)
    session.print(`To ${text.audience} by ${text.channels.join(', ')}\nSubject: ${text.subject}\n\n${text.text}\n`);
}

async function send(muster: Muster, request: NotifyOptions, session: Session): Promise<void> {
  const outcome = await muster.notify(request);
  session.exitCode = exitCodeOfOutcome(outcome);
  const { run, status, deliveries, error = null } = outcome;
  if (session.globals().json)
    session.print(documentOf({ run, status, deliveries: deliveries.map(deliveryJson), error }));
  else session.print(renderNotifyOutcome(outcome));
}

const help = `
Examples:
  muster notify recovery-started --to team --dry-run
  muster notify service-restored --to team --to customers

Exit codes: 0 all sent · 1 none sent · 3 some failed`;
