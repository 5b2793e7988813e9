/**
 * Where a template stands in a plan; it decides which variables there are. `step`: fields of a runbook's steps,
 * `action`: of an action's steps, `message`: subject and text of a message.
 */
export interface TemplatePlace {
  readonly kind: 'step' | 'action' | 'message';
  /** Names of the params of that runbook or action; for a message: every name that a `set` gives it. */
  readonly params: readonly string[];
}

/** What a variable holds. Only `object` has fields of its own. */
export type TemplateVariable = { readonly description: string } & TemplateShape;

export type TemplateShape =
  | { readonly kind: 'text' | 'number' | 'flag' | 'instant' | 'duration' | 'size' | 'param' }
  | { readonly kind: 'list' }
  | { readonly kind: 'object'; readonly fields: TemplateVariables };

export type TemplateVariables = Readonly<Record<string, TemplateVariable>>;

const plan: TemplateVariable = {
  kind: 'object',
  description: 'the plan',
  fields: {
    name: { kind: 'text', description: 'its name' },
    timezone: { kind: 'text', description: 'its time zone' },
  },
};

const incident: TemplateVariable = {
  kind: 'object',
  description: 'what the runbook is run for',
  fields: {
    type: { kind: 'text', description: '`incident` of the runbook' },
    details: { kind: 'text', description: 'the reason that was given for the run' },
    startedAt: { kind: 'instant', description: 'when it was declared' },
  },
};

const runbook: TemplateVariable = {
  kind: 'object',
  description: 'the runbook that is run',
  fields: {
    name: { kind: 'text', description: 'its name' },
    title: { kind: 'text', description: 'its title, else its name' },
  },
};

const run: TemplateVariable = {
  kind: 'object',
  description: 'the run that the message is about',
  fields: {
    id: { kind: 'text', description: 'its id' },
    kind: { kind: 'text', description: '`backup`, `restore`, `recover`, `verify`, `notify`, `maintain` or `copy`' },
    name: { kind: 'text', description: 'runbook or systems that it is about' },
    title: { kind: 'text', description: 'title of the runbook, else the name' },
    status: { kind: 'text', description: '`running`, `succeeded`, `partial`, `failed` …' },
    mode: { kind: 'text', description: '`execute` or `simulate`' },
    reason: { kind: 'text', description: 'why it was asked for' },
    by: { kind: 'text', description: 'who asked, as `user@host`' },
    startedAt: { kind: 'instant', description: 'when it began' },
    finishedAt: { kind: 'instant', description: 'when it ended' },
    duration: { kind: 'duration', description: 'how long it has taken' },
  },
};

const system: TemplateVariable = {
  kind: 'object',
  description: 'the system that the message is about',
  fields: {
    name: { kind: 'text', description: 'its name' },
    description: { kind: 'text', description: 'its description' },
    tier: { kind: 'text', description: 'its tier' },
    priority: { kind: 'number', description: '1 is the most urgent' },
  },
};

const recovery: TemplateVariable = {
  kind: 'object',
  description: 'how a recovery goes',
  fields: {
    completed: { kind: 'number', description: 'steps that are done' },
    total: { kind: 'number', description: 'steps in all' },
    percent: { kind: 'number', description: 'share that is done, 0 to 100' },
    elapsed: { kind: 'duration', description: 'time since it began' },
    estimate: { kind: 'duration', description: 'how long it will take in all' },
    rto: { kind: 'duration', description: 'how long it may take' },
    rpo: { kind: 'duration', description: 'how much may be lost' },
    dataLoss: { kind: 'duration', description: 'time between the oldest restored backup and the incident' },
    restoredTo: { kind: 'instant', description: 'moment of the oldest restored backup' },
  },
};

const backup: TemplateVariable = {
  kind: 'object',
  description: 'the backup that the message is about',
  fields: {
    id: { kind: 'text', description: 'its id' },
    system: { kind: 'text', description: 'name of its system' },
    type: { kind: 'text', description: '`full` or `incremental`' },
    status: { kind: 'text', description: '`succeeded` or `partial`' },
    startedAt: { kind: 'instant', description: 'when reading began' },
    finishedAt: { kind: 'instant', description: 'when it was stored' },
    files: { kind: 'number', description: 'files in it' },
    bytesTotal: { kind: 'size', description: 'bytes of all files in it' },
    bytesRead: { kind: 'size', description: 'bytes read from the source' },
    bytesStored: { kind: 'size', description: 'bytes added to the storage target' },
    storage: { kind: 'list', description: 'storage targets that hold it' },
  },
};

const error: TemplateVariable = {
  kind: 'object',
  description: 'what went wrong',
  fields: {
    code: { kind: 'text', description: 'stable name of the fault' },
    message: { kind: 'text', description: 'what happened to what' },
    hint: { kind: 'text', description: 'what to do now' },
  },
};

const event: TemplateVariable = {
  kind: 'object',
  description: 'what happened, for messages that a route sends',
  fields: {
    type: { kind: 'text', description: '`backup.failed`, `run.finished` …' },
    at: { kind: 'instant', description: 'when it happened' },
    step: { kind: 'text', description: 'id of the step' },
    status: { kind: 'text', description: 'how it ended' },
    detail: { kind: 'text', description: 'more about it' },
    level: { kind: 'text', description: 'level of a verification' },
    score: { kind: 'number', description: 'score of a verification, 0 to 100' },
    passed: { kind: 'flag', description: 'whether a verification passed' },
    error,
  },
};

const stepVariables: TemplateVariables = { plan, runbook, incident };

const messageVariables: TemplateVariables = {
  plan,
  audience: { kind: 'text', description: 'name of the audience that this text is for' },
  incident,
  run,
  systems: { kind: 'list', description: 'names of the systems that are affected' },
  system,
  recovery,
  backup,
  event,
};

/** Every variable of a place by its first name; `params`, or `set` for messages, has the names that the place gives. */
export function templateVariables(place: TemplatePlace): TemplateVariables {
  const fields: TemplateVariables = Object.fromEntries(
    place.params.map((name) => [name, { kind: 'param', description: 'given by the plan' }] as const),
  );
  if (place.kind === 'message')
    return {
      ...messageVariables,
      set: { kind: 'object', description: '`set` of the step that sends the message', fields },
    };
  const whose = place.kind === 'step' ? 'inputs of the runbook' : 'inputs of the action';
  return { params: { kind: 'object', description: whose, fields }, ...stepVariables };
}
