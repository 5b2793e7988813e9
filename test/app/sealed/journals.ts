import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { planDocument } from '../../../src/app/sealed/plan-document.ts';
import { sealCatalog, type SealRequest, type SealResult } from '../../../src/app/sealed/write.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { openJournal } from '../../../src/journal/open.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { randomMasterKey } from '../../../src/vault/format/master-key.ts';
import { createSealer } from '../../../src/vault/format/seal.ts';
import { sealedObjectsOf, type SealedObjects } from '../../../src/vault/sealed.ts';
import { samplePlan } from '../../sample-plan.ts';

/** Journals on disk, and one storage target; all gone when it is disposed of. */
export class Machines implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-sealed-'));
  readonly store: ObjectStore = openLocalStore({ folder: join(this.folder, 'target'), appendOnly: false });
  readonly #sealer = createSealer(randomMasterKey());
  readonly #journals: Journal[] = [];

  journal(name: string): Journal {
    const journal = openJournal({ folder: join(this.folder, name), clock: systemClock });
    this.#journals.push(journal);
    return journal;
  }

  /** What a folder that was copied, or put back to an older state, is. */
  copyOf(name: string, copy: string): Journal {
    cpSync(join(this.folder, name), join(this.folder, copy), { recursive: true });
    return this.journal(copy);
  }

  sealed(store = this.store): SealedObjects {
    return sealedObjectsOf({ store, sealer: this.#sealer });
  }

  async seal({ log }: Journal, request: Partial<SealRequest> = {}): Promise<SealResult> {
    const writer = { plan: 'sample', storage: 'primary', host: 'old' };
    const plan = planDocument(samplePlan({}), writer);
    return await sealCatalog({ sealed: this.sealed(), log, writer, plan, old: 'remove', ...request });
  }

  [Symbol.dispose](): void {
    for (const journal of this.#journals) journal.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What people see of a journal: everything that is folded from its events. */
export function knowledgeOf(journal: Journal): object {
  const { catalog } = journal;
  const systems = ['orders', 'website'];
  return {
    backups: catalog.backups(),
    runs: journal.runs().map(({ id }) => ({ ...journal.run(id), origin: undefined })),
    facts: systems.map((system) => [
      catalog.lastVerified(system),
      catalog.lastProvenRestore(system),
      catalog.provenBackup(system),
      catalog.measuredRestore(system),
      catalog.measuredBackup(system),
      catalog.measuredCopy(system, 'second'),
      catalog.failuresInARow(system),
    ]),
  };
}
