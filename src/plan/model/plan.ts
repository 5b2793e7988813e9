import type { Key, Retention, Tier, System } from './system.ts';
import type { Storage } from './storage.ts';
import type { Probe, Action, Runbook } from './runbook.ts';
import type { Channel, Contact, Audience, Message, Route } from './message.ts';

/*
 * The resolved plan: durations are numbers, defaults are filled in, references are known to exist. Whoever holds a
 * `Plan` need not check it again. Objects are deeply frozen; maps are in the order of the files.
 */

export interface Plan {
  /** Absolute paths of every file that was read, the entry file first. */
  readonly files: readonly string[];
  readonly sources: PlanSources;
  /** Absolute; commands run here. */
  readonly folder: string;
  /** SHA-256 (hex) over the plan's content after `extends` and before `${VAR}`: the identity of the plan in runs. */
  readonly hash: string;
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  readonly keys: ReadonlyMap<string, Key>;
  readonly storage: ReadonlyMap<string, Storage>;
  readonly retention: ReadonlyMap<string, Retention>;
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly systems: ReadonlyMap<string, System>;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly audiences: ReadonlyMap<string, Audience>;
  readonly messages: ReadonlyMap<string, Message>;
  readonly routes: readonly Route[];
}

/** What the plan was read from. */
export interface PlanSources {
  /** Absolute path of the file or the folder that was named. */
  readonly entry: string;
  /** Texts of all files by absolute path, as they were read; those that are bundled with muster too. */
  readonly texts: ReadonlyMap<string, string>;
}
