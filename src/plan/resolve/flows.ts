import type { Entry, Node } from '../read/node.ts';
import type { FlowEdge, Scope } from './scope.ts';

/** Sections whose definitions set each other going when something is recovered, or hand backups on. */
export type FlowSection = 'systems' | 'runbooks' | 'actions' | 'storage';

const nouns: Readonly<Record<FlowSection, string>> = {
  systems: 'system',
  runbooks: 'runbook',
  actions: 'action',
  storage: 'storage target',
};

export interface Flow {
  /** Notes that the one leads to the other; names that do not exist have their own problem. */
  leadsTo(section: FlowSection, name: string | undefined, at: Node): void;
}

/** Begins to note what one definition leads to. */
export function flowOf(section: FlowSection, entry: Entry, scope: Scope): Flow {
  const edges: FlowEdge[] = [];
  scope.flows.set(flowKey(section, entry.name), { at: entry, noun: nouns[section], edges });
  return {
    leadsTo: (to, name, at) => {
      if (name !== undefined) edges.push({ to: flowKey(to, name), at });
    },
  };
}

function flowKey(section: FlowSection, name: string): string {
  return `${section}.${name}`;
}
