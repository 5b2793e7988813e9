import { messageOf } from '../../base/error.ts';
import type { Probe } from '../../plan/model/runbook.ts';
import type { StepContext } from '../handler.ts';
import { bad, type Answer } from './answer.ts';
import { askCommand } from './command.ts';
import { askFile } from './file.ts';
import { askHttp } from './http.ts';
import { askTcp } from './tcp.ts';

/** Asks a probe once. Whatever goes wrong with it is a bad answer, a timeout too; only an aborted step throws. */
export async function ask(probe: Probe, context: StepContext): Promise<Answer> {
  const timeout = AbortSignal.timeout(probe.timeout);
  try {
    return await askQuestion(probe, context, AbortSignal.any([context.signal, timeout]));
  } catch (error) {
    context.signal.throwIfAborted();
    return bad(timeout.aborted ? `no answer in ${probe.timeout} ms` : detailOf(error));
  }
}

async function askQuestion(probe: Probe, context: StepContext, signal: AbortSignal): Promise<Answer> {
  const { question } = probe;
  if (question.kind === 'command') return await askCommand(question, probe, context, signal);
  if (question.kind === 'http') return await askHttp(question, probe, signal);
  if (question.kind === 'tcp') return await askTcp(question, probe, signal);
  return await askFile(question, probe, context.clock);
}

/** `fetch failed` says nothing; what it was caused by does. */
function detailOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}
