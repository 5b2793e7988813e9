import { backupTypes } from '../base/backup.ts';
import { toBytePath } from '../base/capture.ts';
import { plainEnvironment } from '../base/environment.ts';
import { findProgram } from '../base/find-program.ts';
import type { CommandSource } from '../plan/model/system.ts';
import { environmentFor } from './command/environment.ts';
import { restoreStream } from './command/restore.ts';
import { wholeStream } from './command/whole-stream.ts';
import { findingOf } from './finding.ts';
import { programMissing } from './program/call.ts';
import { outputOf } from './program/stream.ts';
import type { Capture, CaptureRequest, Source, SourceFinding, SourceWorld } from './source.ts';

/** What a program writes to its standard output, stored while it is written. */
export function createCommandSource(world: SourceWorld): Source<CommandSource> {
  return {
    facts: { backupTypes: backupTypes.filter((type) => type !== 'snapshot'), selective: false, needsStopped: false },
    check: (definition) => checkPrograms(definition, world),
    capture: (definition, request) => captureStream(definition, request, world),
    restore: (definition, request) => restoreStream(definition, request, world),
  };
}

/** The programs are looked up, not started: what they would do is not known. */
async function checkPrograms(definition: CommandSource, world: SourceWorld): Promise<readonly SourceFinding[]> {
  try {
    const { PATH = plainEnvironment()['PATH'] } = await environmentFor(definition, world);
    for (const [program = ''] of [definition.capture, definition.restore ?? definition.capture])
      if ((await findProgram(program, world.folder, PATH)) === undefined) throw programMissing(program);
    return [];
  } catch (error) {
    return [findingOf(error)];
  }
}

/** Reading throws `capture-failed`, `capture-cut-off`, `capture-too-small`, `source-empty`, and what starting a program does. */
async function captureStream(definition: CommandSource, request: CaptureRequest, world: SourceWorld): Promise<Capture> {
  const env = await environmentFor(definition, world);
  const path = toBytePath(`/${definition.name}`);
  const call = {
    argv: definition.capture,
    folder: world.folder,
    env,
    timeout: definition.timeout,
    signal: request.signal,
    fault: { code: 'capture-failed', hint: 'There is no backup. Run the command by hand in the folder of the plan.' },
  };
  return {
    roots: [{ kind: 'stream', path, read: () => wholeStream(definition, outputOf(call)) }],
    paths: [`/${definition.name}`],
    manifest: {},
    release: async () => {},
  };
}
