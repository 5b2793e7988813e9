import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A limit of memory that the system enforces: a process that goes beyond it is killed. */
export interface ControlGroup {
  /** Program and arguments that start others inside. */
  readonly enter: readonly string[];
  close(): void;
}

const places = [
  { mount: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', present: 'memory.limit_in_bytes' },
  { mount: '/sys/fs/cgroup', limit: 'memory.max', present: 'cgroup.controllers' },
];

/** Undefined where this process may not make one: that takes root, and a system that has them. */
export function controlGroup(bytes: number): ControlGroup | undefined {
  const place = places.find(({ mount, present }) => existsSync(join(mount, present)));
  if (place === undefined) return undefined;
  const folder = join(place.mount, `muster-bench-${process.pid}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, place.limit), String(bytes));
  } catch {
    return undefined;
  }
  const enter = ['sh', '-c', `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$@"`, 'sh'];
  return { enter, close: () => rmdirSync(folder) };
}
