import { stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { codeOf } from '../../base/error.ts';
import { evaluateExpression, type ExpressionValues } from '../../plan/expression.ts';
import type { Probe, ProbeQuestion } from '../../plan/model/runbook.ts';
import { bad, well, type Answer } from './answer.ts';

type FileQuestion = Extract<ProbeQuestion, { readonly kind: 'file' }>;
type FileAnswer = ExpressionValues['probe-file']['file'];

/** Well when the file or folder exists, or as `expect` says. */
export async function askFile({ path }: FileQuestion, probe: Probe, clock: Clock): Promise<Answer> {
  const file = await lookAt(path, clock);
  if (typeof file === 'string') return bad(`${path} cannot be looked at (${file})`);
  const detail = file.exists ? `${path} has ${file.size} bytes` : `${path} does not exist`;
  if (probe.expect === undefined) return file.exists ? well(detail) : bad(detail);
  const holds = evaluateExpression(probe.expect, 'probe-file', { file });
  return holds ? well(detail) : bad(`${detail}, not as expected: ${probe.expect}`);
}

async function lookAt(path: string, clock: Clock): Promise<FileAnswer | string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { exists: true, size, modifiedAt: Math.round(mtimeMs), age: clock.now() - Math.round(mtimeMs) };
  } catch (error) {
    const code = codeOf(error) ?? 'unknown fault';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { exists: false, size: 0 } : code;
  }
}
