import { connect } from 'node:net';
import { once } from 'node:events';
import { codeOf } from '../../base/error.ts';
import { evaluateExpression } from '../../plan/expression.ts';
import type { Probe, ProbeQuestion } from '../../plan/model/runbook.ts';
import { bad, well, type Answer } from './answer.ts';

type TcpQuestion = Extract<ProbeQuestion, { readonly kind: 'tcp' }>;

/** Well when the port takes a connection, or as `expect` says; nothing is sent. */
export async function askTcp(question: TcpQuestion, probe: Probe, signal: AbortSignal): Promise<Answer> {
  const startedAt = performance.now();
  const fault = await tryToConnect(question, signal);
  const durationMs = Math.round(performance.now() - startedAt);
  const place = `${question.host}:${question.port}`;
  const detail = fault === undefined ? `${place} took a connection in ${durationMs} ms` : `${place}: ${fault}`;
  const connected = fault === undefined;
  const holds =
    probe.expect === undefined ? connected : evaluateExpression(probe.expect, 'probe-tcp', { connected, durationMs });
  return holds ? well(detail) : bad(detail);
}

/** Undefined: connected. Throws the signal's reason. */
async function tryToConnect({ host, port }: TcpQuestion, signal: AbortSignal): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return codeOf(error) ?? 'no connection';
  } finally {
    socket.destroy();
  }
}
