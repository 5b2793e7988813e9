import type { Probe, ProbeQuestion } from '../../plan/model/runbook.ts';
import { evaluateExpression } from '../../plan/expression.ts';
import { bad, well, type Answer } from './answer.ts';

type HttpQuestion = Extract<ProbeQuestion, { readonly kind: 'http' }>;

/** Of a body; an expectation about what comes after it cannot hold. */
const bodyLimit = 1024 * 1024;

/**
 * Well with a status from 200 to 299, or as `expect` says. Redirects are not followed: the verdict is about the address
 * that the plan names, and a page to log in or of maintenance elsewhere must not pass for it.
 */
export async function askHttp(question: HttpQuestion, probe: Probe, signal: AbortSignal): Promise<Answer> {
  const startedAt = performance.now();
  const { url, method, headers } = question;
  const response = await fetch(url, { method, headers, redirect: 'manual', signal });
  const body = await readBody(response);
  const durationMs = Math.round(performance.now() - startedAt);
  const detail = `HTTP ${response.status} in ${durationMs} ms`;
  if (probe.expect === undefined) return response.ok ? well(detail) : bad(detail);
  const answer = { status: response.status, body, headers: Object.fromEntries(response.headers), durationMs };
  const holds = evaluateExpression(probe.expect, 'probe-http', { response: answer });
  return holds ? well(detail) : bad(`${detail}, but not as expected: ${probe.expect}`);
}

async function readBody(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    size += piece.length;
    // Leaving the loop closes the connection.
    if (size >= bodyLimit) break;
  }
  return Buffer.concat(pieces).subarray(0, bodyLimit).toString('utf8');
}
