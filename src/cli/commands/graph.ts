import { type Command, Option } from 'commander';
import { renderGraph } from '../../index.ts';
import { documentOf } from '../json.ts';
import { graphJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly runbook?: string;
  readonly format: 'text' | 'mermaid' | 'dot' | 'svg';
}

export function define(command: Command, session: Session): void {
  command
    .option('--runbook <name>', 'only what this runbook recovers')
    .addOption(
      new Option('--format <format>', 'how it is drawn').choices(['text', 'mermaid', 'dot', 'svg']).default('text'),
    )
    .addHelpText('after', help)
    .action((options: Options) =>
      withMuster(session, async (muster) => {
        const graph = muster.graph(options.runbook === undefined ? {} : { runbook: options.runbook });
        const json = session.globals().json === true;
        session.print(json ? documentOf(graphJson(graph)) : renderGraph(graph, options.format).trimEnd());
      }),
    );
}

const help = `
Examples:
  muster graph
  muster graph --runbook rebuild --format svg > recovery.svg

Exit codes: 0 shown · 2 invalid plan or usage`;
