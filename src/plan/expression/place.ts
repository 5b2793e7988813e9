import type { Instant, Milliseconds } from '../../base/clock.ts';
import type { ParamValue } from '../model/runbook.ts';

/** Where an expression stands in a plan; it decides which variables there are. */
export type ExpressionPlace = keyof ExpressionValues;

/** What is to be given at evaluation, by place. Fields that are left out read as empty: `""`, `0`, `false`. */
export interface ExpressionValues {
  readonly when: WhenValues;
  readonly 'run-expect': CommandAnswer;
  readonly 'probe-command': CommandAnswer;
  readonly 'probe-http': { readonly response: HttpAnswer };
  readonly 'probe-tcp': TcpAnswer;
  readonly 'probe-file': { readonly file: FileAnswer };
  readonly route: RouteValues;
}

export interface WhenValues {
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly run: RunFacts;
  /** By step id, for steps that have ended. */
  readonly steps: Readonly<Record<string, StepFacts>>;
  readonly incident: IncidentFacts;
}

export interface RunFacts {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
  readonly mode?: string | undefined;
}

export interface StepFacts {
  readonly status: string;
  readonly output?: string | undefined;
  readonly attempts?: number | undefined;
}

export interface IncidentFacts {
  readonly type?: string | undefined;
  readonly details?: string | undefined;
  readonly startedAt?: Instant | undefined;
}

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `response.json` is read from the body when the expression asks for it; a body that is none makes it null. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly durationMs: Milliseconds;
}

export interface TcpAnswer {
  readonly connected: boolean;
  readonly durationMs: Milliseconds;
}

/** `modifiedAt` and `age` are left out when there is no file. */
export interface FileAnswer {
  readonly exists: boolean;
  readonly size: number;
  readonly modifiedAt?: Instant | undefined;
  /** Time since it was modified. */
  readonly age?: Milliseconds | undefined;
}

export interface RouteValues {
  /** An event as the engine emits it; what has no name in `event` of the place is left out. */
  readonly event: Readonly<Record<string, unknown>>;
  /** The system that the event is about, if it is about one. */
  readonly system?:
    | { readonly name: string; readonly tier?: string | undefined; readonly priority: number }
    | undefined;
  readonly run?: RunFacts | undefined;
}

export type VariableType =
  | { readonly kind: 'string' | 'int' | 'bool' | 'timestamp' | 'duration' | 'dyn' }
  | { readonly kind: 'map'; readonly of: VariableType }
  | { readonly kind: 'object'; readonly fields: Variables };

export type Variables = Readonly<Record<string, VariableType & { readonly description: string }>>;

const command: Variables = {
  exitCode: { kind: 'int', description: 'how it ended; 0 is success' },
  stdout: { kind: 'string', description: 'what it printed' },
  stderr: { kind: 'string', description: 'what it printed on the error stream' },
};

const durationMs = { kind: 'int', description: 'milliseconds until the answer' } as const;

const run: Variables = {
  id: { kind: 'string', description: 'id of the run' },
  name: { kind: 'string', description: 'runbook, system or message that it is about' },
  kind: { kind: 'string', description: '`backup`, `restore`, `recover`, `verify`, `notify`, `maintain` or `copy`' },
  status: { kind: 'string', description: '`running`, `succeeded`, `partial`, `failed` …' },
  mode: { kind: 'string', description: '`execute` or `simulate`' },
};

const stepResult: Variables = {
  status: { kind: 'string', description: '`succeeded`, `partial`, `failed`, `skipped` …' },
  output: { kind: 'string', description: 'what its command printed' },
  attempts: { kind: 'int', description: 'how often it was tried' },
};

const incident: Variables = {
  type: { kind: 'string', description: '`incident` of the runbook' },
  details: { kind: 'string', description: 'the reason that was given for the run' },
  startedAt: { kind: 'timestamp', description: 'when it was declared' },
};

const error: Variables = {
  code: { kind: 'string', description: 'stable name of the fault' },
  message: { kind: 'string', description: 'what happened to what' },
  hint: { kind: 'string', description: 'what to do now' },
};

const event: Variables = {
  type: { kind: 'string', description: '`backup.failed`, `run.finished`, `verify.finished` …' },
  at: { kind: 'timestamp', description: 'when it happened' },
  run: { kind: 'string', description: 'id of its run' },
  kind: { kind: 'string', description: 'kind of the run' },
  name: { kind: 'string', description: 'what the run is about' },
  mode: { kind: 'string', description: '`execute` or `simulate`' },
  system: { kind: 'string', description: 'name of the system' },
  step: { kind: 'string', description: 'id of the step' },
  attempt: { kind: 'int', description: 'number of the try, from 1' },
  status: { kind: 'string', description: 'how it ended' },
  reason: { kind: 'string', description: 'why a step was skipped, or a run was asked for' },
  message: { kind: 'string', description: 'name of the message, for `message.*`' },
  audience: { kind: 'string', description: 'for `message.*`' },
  channel: { kind: 'string', description: 'for `message.*`' },
  detail: { kind: 'string', description: 'why a message could not be sent' },
  level: { kind: 'string', description: 'level of a verification' },
  score: { kind: 'int', description: 'score of a verification, 0 to 100' },
  passed: { kind: 'bool', description: 'whether a verification passed' },
  proven: { kind: 'bool', description: 'whether a restore was proven by the checks of its source' },
  durationMs: { kind: 'int', description: 'how long a restore took' },
  error: { kind: 'object', fields: error, description: 'what went wrong' },
};

const response: Variables = {
  status: { kind: 'int', description: 'HTTP status' },
  body: { kind: 'string', description: 'the body as text' },
  headers: { kind: 'map', of: { kind: 'string' }, description: 'by name in lower case' },
  json: { kind: 'dyn', description: 'the body as JSON; null when it is none' },
  durationMs,
};

const file: Variables = {
  exists: { kind: 'bool', description: 'whether it is there' },
  size: { kind: 'int', description: 'bytes' },
  modifiedAt: { kind: 'timestamp', description: 'when it was written last; 1970 when there is none' },
  age: { kind: 'duration', description: 'time since then' },
};

const system: Variables = {
  name: { kind: 'string', description: 'its name' },
  tier: { kind: 'string', description: 'its tier' },
  priority: { kind: 'int', description: '1 is the most urgent' },
};

/** Every variable, by place. The documentation lists exactly these. */
export const expressionVariables: Readonly<Record<ExpressionPlace, Variables>> = {
  when: {
    params: { kind: 'map', of: { kind: 'dyn' }, description: 'inputs of the runbook, or of the action it stands in' },
    run: { kind: 'object', fields: run, description: 'the run so far' },
    steps: {
      kind: 'map',
      of: { kind: 'object', fields: stepResult },
      description: 'steps that have ended, by id',
    },
    incident: { kind: 'object', fields: incident, description: 'what the runbook is run for' },
  },
  'run-expect': command,
  'probe-command': command,
  'probe-http': { response: { kind: 'object', fields: response, description: 'the answer' } },
  'probe-tcp': {
    connected: { kind: 'bool', description: 'whether the port took the connection' },
    durationMs,
  },
  'probe-file': { file: { kind: 'object', fields: file, description: 'the file' } },
  route: {
    event: { kind: 'object', fields: event, description: 'what happened; a field that it does not have is empty' },
    system: { kind: 'object', fields: system, description: 'the system that it is about' },
    run: { kind: 'object', fields: run, description: 'the run that it belongs to' },
  },
};
