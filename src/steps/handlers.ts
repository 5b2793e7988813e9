import { backupStep } from './backup.ts';
import { copyStep } from './copy.ts';
import type { StepHandlers } from './handler.ts';
import { forgetStep } from './forget.ts';
import { moveStep } from './move.ts';
import { notifyStep } from './notify.ts';
import { probeStep } from './probe.ts';
import { pruneStep } from './prune.ts';
import { repairStep } from './repair.ts';
import { restoreStep } from './restore.ts';
import { runStep } from './run.ts';
import { verifyStorageStep } from './verify-storage.ts';
import { verifyStep } from './verify.ts';
import { waitStep } from './wait.ts';

/** The handler of each kind of step. */
export const handlers: StepHandlers = {
  run: runStep,
  probe: probeStep,
  wait: waitStep,
  notify: notifyStep,
  backup: backupStep,
  copy: copyStep,
  forget: forgetStep,
  move: moveStep,
  prune: pruneStep,
  repair: repairStep,
  'verify-storage': verifyStorageStep,
  verify: verifyStep,
  restore: restoreStep,
};
