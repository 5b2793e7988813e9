import type { Problems } from '../problems.ts';
import type { Entry } from '../read/node.ts';
import type { Sections, SectionName } from '../read/merge.ts';
import type { LaterChecks } from '../check/later.ts';
import type { Places } from '../check/paths.ts';

/** What every resolver needs. */
export interface Scope {
  readonly problems: Problems;
  readonly sections: Sections;
  /** False when some definitions could not be read: a name that is not known may be theirs. */
  readonly complete: boolean;
  /** Names that something refers to. */
  readonly used: Readonly<Record<SectionName, Set<string>>>;
  /** IANA name of the plan's time zone. */
  readonly timezone: string;
  /** Checks that need a library, and are made at the end only when there are any. */
  readonly later: LaterChecks;
  /** Names that steps `set` for a message, by message. */
  readonly messageParams: Map<string, Set<string>>;
  readonly flows: Flows;
  readonly places: Places;
}

/** What the recovery of one thing sets going, for finding circles: places of the references by what they lead to. */
export type Flows = Map<string, FlowNode>;

export interface FlowNode {
  /** Where it is defined. */
  readonly at: Entry;
  /** What such a thing is called in messages. */
  readonly noun: string;
  readonly edges: FlowEdge[];
}

export interface FlowEdge {
  readonly to: string;
  readonly at: { readonly file: Entry['file']; readonly start: number; readonly end: number };
}
