import type { MusterEvent } from '../../index.ts';

export type EventOf<T extends MusterEvent['type']> = Extract<MusterEvent, { readonly type: T }>;

/** How a run is shown while it lasts. */
export interface View {
  start(event: EventOf<'attempt.started'>, title: string): void;
  progress(event: EventOf<'progress'>): void;
  finish(event: EventOf<'attempt.finished'>, line: string): void;
  /** Anything else worth a line. */
  note(line: string): void;
  /** How far a simulation has come. */
  checked(state: { readonly done: number; readonly of: number }): void;
  end(): void;
}
