import { readFileSync, realpathSync } from 'node:fs';
import type { BytePath, Excluded } from '../../../base/capture.ts';
import { fromBytePath } from '../../../base/capture.ts';
import { MusterError } from '../../../base/error.ts';
import { isWithin } from '../../scope.ts';
import { isUnreachable } from '../exclude.ts';

/**
 * A snapshot of a file system holds nothing of what is mounted in it: there is an empty folder. Throws
 * `snapshot-not-whole` when that would be missing in the backup without being left out by the plan.
 */
export function refuseMounts(roots: readonly BytePath[], excluded: Excluded): void {
  for (const root of roots) {
    const real = Buffer.from(realpathSync(Buffer.from(root, 'latin1'), 'buffer')).toString('latin1');
    const mount = mountPoints().find((point) => point !== real && isWithin(point, real) && !isLeftOut(point, real));
    function isLeftOut(point: BytePath, above: BytePath): boolean {
      return isUnreachable(
        excluded,
        root,
        `${root === '/' ? '' : root}${point.slice(above === '/' ? 0 : above.length)}`,
      );
    }
    if (mount !== undefined) throw notWhole(mount, root);
  }
}

/** Fifth field of each line; the kernel writes spaces and the like as octal numbers. */
function mountPoints(): readonly BytePath[] {
  const lines = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  return lines.flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined
      ? []
      : [point.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))];
  });
}

function notWhole(mount: BytePath, root: BytePath): MusterError {
  const message = `${fromBytePath(mount)} is mounted below ${fromBytePath(root)}, and would be missing in its snapshot`;
  return new MusterError(message, {
    code: 'snapshot-not-whole',
    hint: 'Set `oneFileSystem: true` or exclude it, and give it a system of its own.',
  });
}
