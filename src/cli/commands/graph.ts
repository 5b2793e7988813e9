import { type Command, Option } from 'commander';
import { recoveryGraph, renderGraph } from '../../index.ts';
import { graphJson } from '../json-preview.ts';
import { openPlan } from '../open.ts';
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
    .action(async (options: Options) => {
      const plan = await openPlan(session);
      const graph = recoveryGraph(plan, options.runbook === undefined ? {} : { runbook: options.runbook });
      session.print(
        session.globals().json
          ? JSON.stringify(graphJson(graph), null, 2)
          : renderGraph(graph, options.format).trimEnd(),
      );
    });
}

const help = `
Examples:
  muster graph
  muster graph --runbook rebuild --format svg > recovery.svg

Exit codes: 0 shown · 2 invalid plan or usage`;
