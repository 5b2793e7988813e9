import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureManifest } from '../base/backup.ts';
import { fromBytePath } from '../base/capture.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { SourceDefinition } from '../plan/model/system.ts';
import type { BackupExecution } from '../schedule/execution.ts';
import type { BackupResult, EntryFault, Vault } from '../vault/vault.ts';
import { makeCopies } from './backup/copies.ts';
import { protectIn } from './protect.ts';
import { recordOf } from './backup/record.ts';
import { storeAndRelease } from './backup/store.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome, Verification } from './handler.ts';
import { failed, ok, partial, problem, stepErrorOf, succeeded } from './outcome.ts';
import { sourceOf } from './source-of.ts';
import { verificationFailed, verifyBackup } from './verification.ts';

/** Captures a system into its storage target, verifies it where the plan says so, and brings it to further targets. */
export const backupStep: StepHandler<'backup'> = { readOnly: false, check, execute };

async function check({ execution }: ActionOf<'backup'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const definition = definitionOf(execution.system, context);
    const findings = await (await sourceOf(definition, context)).check(definition);
    return [
      ...findings.map(({ severity, message, hint }) => ({ severity, message: `${message}. ${hint}` })),
      await checkTarget(execution.to, context),
    ];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function checkTarget(storage: string, context: StepContext): Promise<StepFinding> {
  try {
    const { description } = await context.vault(storage);
    return ok(`would back up to ${description}`);
  } catch (error) {
    if (codeOf(error) === 'vault-missing') return ok(`would make a vault in ${storage} and back up to it`);
    return problem('error', error);
  }
}

async function execute({ execution }: ActionOf<'backup'>, context: StepContext): Promise<StepOutcome> {
  const scratch = await mkdtemp(join(await context.scratch(), 'capture-'));
  try {
    return await backUp(execution, context, scratch);
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind: 'backup', backup: undefined }, stepErrorOf(error));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function backUp(execution: BackupExecution, context: StepContext, scratch: string): Promise<StepOutcome> {
  const definition = definitionOf(execution.system, context);
  const vault = await context.vault(execution.to, { create: true });
  const startedAt = context.clock.now();
  const capture = await (
    await sourceOf(definition, context)
  ).capture(definition, {
    scratch,
    signal: context.signal,
    frozen: execution.type === 'snapshot' ? { folder: context.plan.folder } : undefined,
  });
  const stored = await storeAndRelease({ execution, context, vault, capture, startedAt });
  const verification = await verifyIfAsked(
    { execution, vault, definition, manifest: capture.manifest, ...stored },
    context,
  );
  if (verification?.passed === false) return untrusted(stored.result.snapshot, verification);
  const unlocked = await protectIn(vault, { storage: execution.to, snapshot: stored.result.snapshot }, context);
  const copies = await makeCopies(vault, stored.result.snapshot, execution, context);
  const { manifest } = capture;
  const time = { startedAt, finishedAt: context.clock.now() };
  const source = definition.type;
  const backup = recordOf({ execution, source, run: context.run, manifest, copies, stored, unlocked, ...time });
  const faults = [
    ...stored.faults,
    ...stored.result.faults.map(faultOf),
    ...unlocked,
    ...copies.faults,
    ...copies.unlocked,
  ];
  return outcomeOf({ kind: 'backup', backup, verification }, faults, stored.notice);
}

interface NewBackup {
  readonly execution: BackupExecution;
  readonly vault: Vault;
  readonly definition: SourceDefinition;
  readonly manifest: CaptureManifest;
  readonly result: BackupResult;
}

async function verifyIfAsked(backup: NewBackup, context: StepContext): Promise<Verification | undefined> {
  const { execution, vault, definition, manifest, result } = backup;
  const { verify: level, to: storage } = execution;
  if (level === undefined) return undefined;
  const { snapshot, files, bytesTotal: bytes } = result;
  const counted = { files, bytes };
  const source = definition.type;
  return await verifyBackup(
    { vault, storage, snapshot, level, source, definition: () => definition, manifest, counted },
    context,
  );
}

/** A snapshot that cannot be trusted is no backup: it must never be the reason to remove an older one. */
function untrusted(snapshot: string, verification: Verification): StepOutcome {
  const error = verificationFailed(`the new snapshot ${snapshot.slice(0, 8)}`, verification);
  return failed({ kind: 'backup', backup: undefined, verification }, error);
}

function outcomeOf(
  facts: StepOutcome['facts'] & { readonly kind: 'backup' },
  faults: StepOutcome['faults'],
  output: string | undefined,
): StepOutcome {
  return faults.length === 0 ? succeeded(facts, { output }) : partial(facts, { output, faults });
}

function faultOf({ path, kind, detail }: EntryFault): StepOutcome['faults'][number] {
  return { path: fromBytePath(path), kind, detail };
}

function definitionOf(name: string, { plan }: StepContext): SourceDefinition {
  const definition = plan.systems.get(name)?.source;
  if (definition !== undefined) return definition;
  throw new MusterError(`the system ${name} has no source`, { code: 'source-undefined', hint: 'Give it a `source`.' });
}
