/**
 * Where a template stands in a plan; it decides which variables there are. `step`: fields of a runbook's steps,
 * `action`: of an action's steps, `message`: subject and text of a message.
 */
export interface TemplatePlace {
  readonly kind: 'step' | 'action' | 'message';
  /** Names of the params of that runbook or action; for a message: every name that a `set` gives it. */
  readonly params: readonly string[];
}
