import { hash } from 'node:crypto';
import type { ObjectStore } from '../store.ts';
import type { CheckNeed } from './case.ts';

/** Where the suite writes in a store, under which names, and what it may do there. */
export interface CheckPlace {
  /** Of all names of a case; ends in `/`. */
  readonly prefixOf: (number: number) => string;
  readonly nameOf: (prefix: string, hint: string, content: Uint8Array | undefined) => string;
  /** Below it lies everything that the suite writes, and nothing else; undefined: there is no such prefix. */
  readonly root: string | undefined;
  /** Why a need isn't met; undefined when it is. */
  readonly unmet: (need: CheckNeed) => string | undefined;
  /** Undefined: what was written can be removed. */
  readonly stays: string | undefined;
}

/** `id` keeps runs apart that go on at once. */
export function placeIn(store: ObjectStore, id: string): CheckPlace {
  const stays = reasonToStay(store);
  const unmet = (need: CheckNeed): string | undefined => reasons[need](store, stays);
  return store.facts.names === 'content' ? contentPlace(store, { id, stays, unmet }) : freePlace({ id, stays, unmet });
}

type Common = Pick<CheckPlace, 'stays' | 'unmet'> & { readonly id: string };

function freePlace({ id, ...common }: Common): CheckPlace {
  const root = `muster/check/${id}/`;
  return {
    ...common,
    root,
    prefixOf: (number) => `${root}${String(number).padStart(2, '0')}/`,
    nameOf: (prefix, hint) => `${prefix}${hint}`,
  };
}

/** Where a server keeps objects by their content. */
export function contentName(prefix: string, content: Uint8Array | string): string {
  const digest = hash('sha256', content);
  return prefix === 'data/' ? `${prefix}${digest.slice(0, 2)}/${digest}` : `${prefix}${digest}`;
}

/** An append-only server lets go of locks only. A hint without content stands for some content that there is none of. */
function contentPlace({ facts }: ObjectStore, { id, ...common }: Common): CheckPlace {
  const root = facts.appendOnly ? 'locks/' : 'data/';
  return {
    ...common,
    root: undefined,
    prefixOf: () => root,
    nameOf: (prefix, hint, content) => contentName(prefix, content ?? `${id}/${hint}`),
  };
}

function reasonToStay({ facts }: ObjectStore): string | undefined {
  if (facts.immutable) return 'objects are locked when they are written';
  if (facts.appendOnly && facts.names !== 'content') return 'the storage target is append-only';
  return undefined;
}

type Reason = (store: ObjectStore, stays: string | undefined) => string | undefined;

const reasons: Readonly<Record<CheckNeed, Reason>> = {
  removal: (_, stays) => stays,
  replacement: ({ facts }) =>
    facts.names === 'content'
      ? 'names are bound to content'
      : facts.appendOnly
        ? 'the storage target is append-only'
        : undefined,
  'free-names': ({ facts }) => (facts.names === 'content' ? 'names are bound to content' : undefined),
  'conditional-writes': ({ facts }) =>
    facts.conditionalWrites ? undefined : 'this store cannot write on condition: of two at once both may win',
  locks: ({ locks, facts }) => (locks && facts.immutable ? undefined : 'objects are not locked here'),
  'append-only': ({ facts }) => (facts.appendOnly ? undefined : 'the storage target is not append-only'),
};
