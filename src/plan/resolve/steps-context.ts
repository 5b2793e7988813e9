import type { TemplatePlace } from '../template.ts';
import type { Flow } from './flows.ts';
import type { Scope } from './scope.ts';

/** What the steps of one runbook or action need to be resolved. */
export interface StepsContext {
  readonly scope: Scope;
  /** Names of the params of that runbook or action. */
  readonly params: readonly string[];
  readonly texts: () => TemplatePlace;
  readonly flow: Flow;
}

export function stepsContext(
  scope: Scope,
  options: { readonly kind: 'step' | 'action'; readonly params: Iterable<string>; readonly flow: Flow },
): StepsContext {
  const params = [...options.params];
  const place: TemplatePlace = { kind: options.kind, params };
  return { scope, params, texts: () => place, flow: options.flow };
}
