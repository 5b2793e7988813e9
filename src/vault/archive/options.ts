import type { Clock } from '../../base/clock.ts';
import type { Repository } from '../repository.ts';
import type { BackupRequest } from '../vault.ts';

export interface BackUpOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: BackupRequest;
  /** Of the request and of the lock. */
  readonly signal: AbortSignal;
}
