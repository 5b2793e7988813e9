import { createHash } from 'node:crypto';
import type { Plan } from '../../plan/model/plan.ts';
import { bundledReference } from '../../plan/read/library.ts';
import { damaged, parsed, type Writer } from './segment.ts';

/** A plan as it is sealed. */
export interface PlanDocument {
  /** SHA-256 (hex) of the files: comments and layout count. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** A plan as it was sealed. Paths are those of the machine that it was used on, and no more than texts here. */
export interface SealedPlan extends Writer {
  /** `Plan.hash`. */
  readonly planHash: string;
  /** The file or the folder that was named. */
  readonly entry: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What it extends of what is bundled with muster: `muster:retention/standard`. */
  readonly bundled: readonly string[];
}

/** All files that a plan was read from, as they were read. What is bundled with muster is named. */
export function planDocument(plan: Plan, writer: Writer): PlanDocument {
  const { entry, texts } = plan.sources;
  const references = [...texts.keys()].map((path) => bundledReference(path));
  const bundled = references.filter((reference) => reference !== undefined);
  const files = [...texts].filter((_, at) => references[at] === undefined).map(([path, text]) => ({ path, text }));
  const hash = createHash('sha256')
    .update(JSON.stringify([entry, files, bundled]))
    .digest('hex');
  const document = { format: 1, ...writer, planHash: plan.hash, entry, files, bundled };
  return { hash, bytes: Buffer.from(JSON.stringify(document)) };
}

/** Throws `object-damaged`, `object-newer`. */
export function readPlanDocument(name: string, bytes: Uint8Array): SealedPlan {
  const { plan, storage, host, planHash, entry, files, bundled } = parsed(name, bytes);
  if (!areTexts([plan, storage, host, planHash, entry]) || !areFiles(files) || !areTexts(bundled))
    throw damaged(name, 'it is not of the form of a plan');
  return {
    plan: String(plan),
    storage: String(storage),
    host: String(host),
    planHash: String(planHash),
    entry: String(entry),
    files,
    bundled,
  };
}

function areTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function areFiles(values: unknown): values is SealedPlan['files'] {
  if (!Array.isArray(values)) return false;
  return values.every((value: unknown) => {
    const { path, text } = (value ?? {}) as Partial<Record<'path' | 'text', unknown>>;
    return areTexts([path, text]);
  });
}
