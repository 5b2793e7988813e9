import { MusterError } from '../../base/error.ts';
import type { Check, Command } from '../../plan/model/runbook.ts';
import { renderTemplate } from '../../plan/template.ts';
import type { PlannedCheck, PlannedCommand } from '../step.ts';
import type { ParamValues } from './params.ts';

/** Renders the templates of one step. */
export type Render = (template: string) => string;

/** Faults name the step. */
export function renderFor(step: string, values: Readonly<Record<string, unknown>>): Render {
  return (template) => {
    try {
      return renderTemplate(template, values);
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      throw new MusterError(`step ${step}: ${error.message}`, {
        code: error.code,
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  };
}

/** Commands run in the plan's folder unless they say otherwise. */
export function plannedCommand(command: Command, render: Render, folder: string): PlannedCommand {
  const { run, cwd, env } = command;
  return {
    run: 'argv' in run ? { argv: run.argv.map(render) } : { shell: render(run.shell) },
    cwd: cwd ?? folder,
    env: Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, typeof value === 'string' ? render(value) : value]),
    ),
  };
}

export function plannedCheck(check: Check, render: Render, folder: string): PlannedCheck {
  if (check.kind === 'probe') return check;
  return { kind: 'run', command: plannedCommand(check.command, render, folder), expect: check.expect };
}

export function renderValues(values: ParamValues, render: Render): ParamValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? render(value) : value]),
  );
}
