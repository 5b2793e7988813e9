import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { Catalog, Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open.ts';
import type { Plan } from '../plan/model/plan.ts';
import { createSecrets, type Secrets } from '../secrets/secrets.ts';
import type { OpenOptions } from './muster.ts';
import { emptyCatalog } from './empty-catalog.ts';
import { createVaults, type Vaults } from './vaults.ts';

/** What all functions of an open plan share. */
export interface State {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly by: string;
  readonly secrets: Secrets;
  readonly vaults: Vaults;
  readonly listeners: Set<(event: MusterEvent) => void>;
  /** Opened, and made if need be, at the first use; runs whose owner died are marked then. */
  journal(): Journal;
  /** Reading only: a state folder that isn't there yet is an empty catalog, and stays away. */
  catalog(): Catalog;
  close(): Promise<void>;
}

export function createState(plan: Plan, options: OpenOptions): State {
  const clock = options.clock ?? systemClock;
  const folder = options.state ?? join(plan.folder, '.muster');
  const secrets = createSecrets({ env: options.env ?? process.env, cwd: plan.folder });
  const vaults = createVaults({ plan, clock, resolveSecret: secrets.resolve });
  const listeners = new Set<(event: MusterEvent) => void>();
  let opened: Journal | undefined;
  const journal = (): Journal => {
    opened ??= openedJournal({ folder, clock, listeners });
    return opened;
  };
  return {
    plan,
    clock,
    by: options.by ?? `${userInfo().username}@${hostname()}`,
    secrets,
    vaults,
    listeners,
    journal,
    catalog: () => (opened || existsSync(join(folder, 'journal.db')) ? journal().catalog : emptyCatalog),
    close: async () => {
      await vaults.close();
      opened?.close();
    },
  };
}

interface JournalRequest {
  readonly folder: string;
  readonly clock: Clock;
  readonly listeners: ReadonlySet<(event: MusterEvent) => void>;
}

function openedJournal({ folder, clock, listeners }: JournalRequest): Journal {
  const journal = openJournal({ folder, clock });
  const now = clock.now();
  for (const run of journal.markInterrupted(now)) {
    const steps =
      journal
        .run(run.id)
        ?.steps.filter((step) => step.status === 'interrupted')
        .map((step) => step.id) ?? [];
    const event: MusterEvent = { type: 'run.interrupted', run: run.id, at: now, kind: run.kind, name: run.name, steps };
    for (const listener of listeners) listener(event);
  }
  return journal;
}
