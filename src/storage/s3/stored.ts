import type { Content } from '../gathered/content.ts';
import type { Holds } from '../store.ts';

export interface Upload {
  readonly name: string;
  readonly content: Content;
  readonly holds?: Holds | undefined;
  /** `new`: only where there is none of this name. */
  readonly where: 'anywhere' | 'new';
}

/** `taken`: there is one of this name. `unconditional`: the server can't look by itself whether there is. */
export type UploadResult = 'stored' | 'taken' | 'unconditional';

/** What a request made that stored something. */
export interface Stored {
  /** Undefined: the bucket has no versions. */
  readonly version: string | undefined;
  /** When the lock ends; undefined: none is wanted. */
  readonly until: Date | undefined;
}

export type Refused = Exclude<UploadResult, 'stored'>;

export function conditionRefused(name: string, status: number | undefined): Refused | undefined {
  if (status === 412) return 'taken';
  return status === 501 || name === 'NotImplemented' ? 'unconditional' : undefined;
}
