/** A storage target that is left alone. */
export interface SkippedStorage {
  readonly storage: string;
  /** That retention would remove from there. */
  readonly backups: number;
  readonly reason: string;
}
