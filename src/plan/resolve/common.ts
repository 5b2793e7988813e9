import type { Named, Objectives, Retry } from '../model/common.ts';
import { checkName } from '../check/names.ts';
import type { SectionName } from '../read/merge.ts';
import { child, type Entry, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import type { Scope } from './scope.ts';
import { durationOf, numberOf } from './values.ts';

/** Resolves every definition of a section. */
export function definitionsOf<T>(
  section: SectionName,
  scope: Scope,
  resolve: (entry: Entry, scope: Scope) => T,
): ReadonlyMap<string, T> {
  const definitions = new Map<string, T>();
  for (const [name, entry] of scope.sections[section]) {
    checkName(entry, scope.problems);
    definitions.set(name, resolve(entry, scope));
  }
  return definitions;
}

export function namedOf(entry: Entry): Named {
  return { name: entry.name, at: positionOf(entry) };
}

export const noObjectives: Objectives = { rto: undefined, rpo: undefined, proof: undefined, copies: undefined };

/** Each objective that is not stated is that of `defaults`. */
export function objectivesOf(node: Node | undefined, scope: Scope, defaults: Objectives): Objectives {
  return {
    rto: durationOf(child(node, 'rto'), scope) ?? defaults.rto,
    rpo: durationOf(child(node, 'rpo'), scope) ?? defaults.rpo,
    proof: durationOf(child(node, 'proof'), scope) ?? defaults.proof,
    copies: numberOf(child(node, 'copies')) ?? defaults.copies,
  };
}

const defaultInterval = 10_000;

/** Without `retry` there is no further try. */
export function retryOf(node: Node | undefined, scope: Scope): Retry {
  return {
    limit: numberOf(child(node, 'limit')) ?? 0,
    interval: durationOf(child(node, 'interval'), scope) ?? defaultInterval,
    backoff: numberOf(child(node, 'backoff')) ?? 1,
  };
}
