import { backup, planBackup } from './app/backup.ts';
import { backupOf, filesOf, listBackups, runOf } from './app/catalog.ts';
import { checkStorage, tamperStorage } from './app/check-storage.ts';
import { lockStorage } from './app/lock-storage.ts';
import { compareBackups } from './app/compare.ts';
import { copy, plannedCopies } from './app/copy.ts';
import type { Muster, OpenOptions } from './app/muster.ts';
import { addKey, listKeys, removeKey, rotateKey } from './app/keys.ts';
import { move, plannedMoves } from './app/move.ts';
import { notify, renderMessage } from './app/notify.ts';
import { graph, preview } from './app/preview.ts';
import { estimatePrune, prune } from './app/prune.ts';
import { planRecovery, recover } from './app/recover.ts';
import { rebuildCatalog } from './app/rebuild.ts';
import { checkRestore, plannedRestore, restore } from './app/restore.ts';
import { checkRepair, repair } from './app/repair.ts';
import { rotateMasters } from './app/rotate-master.ts';
import { listSnapshots } from './app/snapshots.ts';
import { createState, type State } from './app/state.ts';
import { statusOf } from './app/status.ts';
import { verify, verifyStorages } from './app/verify.ts';
import type { Plan } from './plan/model/plan.ts';

/**
 * Brings a plan and its state together. Nothing is read or written until a function asks for it; `close` gives
 * everything up again.
 */
export function openMuster(plan: Plan, options: OpenOptions = {}): Muster {
  const state = createState(plan, options);
  return {
    plan,
    on: (listener) => {
      state.listeners.add(listener);
      return () => void state.listeners.delete(listener);
    },
    ...readings(state),
    ...plannings(state),
    ...doings(state),
    ...maintenance(state),
    ...keyFunctions(state),
    snapshots: (storage) => listSnapshots(state, storage),
    checkStorage: (options) => checkStorage(state, options),
    tamperStorage: (storage) => tamperStorage(state, storage),
    lockStorage: (storage, signal) => lockStorage(state, storage, signal),
    rebuildCatalog: (storage) => rebuildCatalog(state, storage),
    close: () => state.close(),
  };
}

type Readings = Pick<
  Muster,
  'preview' | 'graph' | 'status' | 'backups' | 'backupOf' | 'files' | 'runs' | 'run' | 'renderMessage'
>;

function readings(state: State): Readings {
  return {
    preview: (options) => preview(state, options),
    graph: (options = {}) => graph(state, options),
    status: () => statusOf(state),
    backups: (filter) => listBackups(state, filter),
    backupOf: (id) => backupOf(state, id),
    files: (id, path) => filesOf(state, id, path),
    runs: (filter) => (state.hasJournal() ? state.journal().runs(filter) : []),
    run: (id) => runOf(state, id),
    renderMessage: async (options) => renderMessage(state, options),
  };
}

function plannings(
  state: State,
): Pick<Muster, 'planBackup' | 'planCopies' | 'planMoves' | 'planRestore' | 'planRecovery'> {
  return {
    planBackup: (options) => planBackup(state, options),
    planCopies: (options) => plannedCopies(state, options),
    planMoves: (options) => plannedMoves(state, options),
    planRestore: (options) => plannedRestore(state, options),
    planRecovery: (options) => planRecovery(state, options),
  };
}

type Doings = Pick<
  Muster,
  'backup' | 'copy' | 'move' | 'verify' | 'verifyStorage' | 'checkRestore' | 'restore' | 'recover' | 'notify'
>;

type Maintenance = Pick<Muster, 'estimatePrune' | 'prune' | 'checkRepair' | 'repair' | 'compareBackups'>;

function maintenance(state: State): Maintenance {
  return {
    estimatePrune: (options) => estimatePrune(state, options),
    prune: (options) => prune(state, options),
    checkRepair: (options) => checkRepair(state, options),
    repair: (options) => repair(state, options),
    compareBackups: (before, after) => compareBackups(state, before, after),
  };
}

function doings(state: State): Doings {
  return {
    backup: (options) => backup(state, options),
    copy: (options) => copy(state, options),
    move: (options) => move(state, options),
    verify: (options) => verify(state, options),
    verifyStorage: (options) => verifyStorages(state, options),
    checkRestore: (options) => checkRestore(state, options),
    restore: (options) => restore(state, options),
    recover: (options) => recover(state, options),
    notify: (options) => notify(state, options),
  };
}

function keyFunctions(state: State): Pick<Muster, 'listKeys' | 'addKey' | 'removeKey' | 'rotateKey' | 'rotateMasters'> {
  return {
    listKeys: (options) => listKeys(state, options),
    addKey: (options) => addKey(state, options),
    removeKey: (options) => removeKey(state, options),
    rotateKey: (options) => rotateKey(state, options),
    rotateMasters: (request) => rotateMasters(state, request),
  };
}
