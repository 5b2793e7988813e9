import { hash } from 'node:crypto';
import type { Instant } from '../../base/clock.ts';
import { countOf, objectOf, parseJson, stringOf } from '../format/json-shape.ts';
import type { KeySlot } from '../format/key-slot.ts';
import type { Id } from '../repository.ts';

/** What a key slot says of itself in clear: anybody who can write to the storage could have written it. */
export interface SlotFacts {
  readonly id: Id;
  /** Undefined when it isn't said, or when the slot is damaged. */
  readonly created: Instant | undefined;
  readonly username: string;
  readonly hostname: string;
  /** Bytes of memory that a guess takes. */
  readonly memory: number | undefined;
  readonly damaged: boolean;
}

export function factsOf({ id, bytes }: KeySlot): SlotFacts {
  const value = hash('sha256', bytes) === id ? objectOf(parseJson(bytes)) : undefined;
  const created = Date.parse(stringOf(value?.['created']) ?? '');
  const [N, r] = [countOf(value?.['N']), countOf(value?.['r'])];
  return {
    id,
    created: Number.isNaN(created) ? undefined : created,
    username: stringOf(value?.['username']) ?? '',
    hostname: stringOf(value?.['hostname']) ?? '',
    memory: N && r ? 128 * N * r : undefined,
    damaged: value === undefined,
  };
}
