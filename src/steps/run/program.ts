import type { PlannedCommand } from '../../order/step.ts';

export const shell = '/bin/sh';

/** Program and arguments as they are started. */
export function argvOf({ run }: PlannedCommand): readonly [string, ...string[]] {
  if ('shell' in run) return [shell, '-c', run.shell];
  const [program = '', ...args] = run.argv;
  return [program, ...args];
}
