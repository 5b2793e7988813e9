/** An event with its place in the chain. `body`: its canonical JSON; `hash`: over the hash before it and the body. */
export interface ChainedEvent {
  readonly sequence: number;
  readonly body: string;
  readonly hash: string;
}

/** The events of a journal as they are chained. */
export interface EventLog {
  /** Names this journal among those that are sealed in a storage target. */
  id(): string;
  /** Another id, for a journal that has become two: its folder was copied, or put back to an older state. */
  renewId(): string;
  /** The newest event; sequence 0 when there is none. */
  head(): { readonly sequence: number; readonly hash: string };
  hashAt(sequence: number): string | undefined;
  /** In order, both ends included. */
  read(from: number, to: number): Iterable<ChainedEvent>;
  /**
   * Appends those of another journal that are not known here, all or none; says how many. Whoever calls it has checked
   * their hashes. Throws `object-damaged` when one of them is no event.
   */
  takeOver(origin: { readonly storage: string; readonly catalog: string }, events: readonly ChainedEvent[]): number;
}
