import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';
import type { StepContext } from '../../src/steps/handler.ts';
import { samplePlan } from '../sample-plan.ts';

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-steps-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a step may use, with a real clock, real secrets and no storage; a test replaces what it is about. */
export function contextOf(parts: Partial<StepContext> = {}): StepContext {
  const secrets = createSecrets({ env: { SECRET: 'hunter2' }, cwd: tmpdir() });
  return {
    plan: samplePlan({}),
    run: '20261120T101500Z-7f3a9c',
    step: 'rebuild/start',
    attempt: 2,
    clock: systemClock,
    signal: new AbortController().signal,
    resolveSecret: secrets.resolve,
    vault: async (name) => {
      throw new Error(`no vault ${name} in this test`);
    },
    store: async (name) => {
      throw new Error(`no store ${name} in this test`);
    },
    newestBackup: () => undefined,
    scratch: async () => temporaryFolder(),
    send: async () => [],
    onProgress: () => {},
    ...parts,
  };
}
