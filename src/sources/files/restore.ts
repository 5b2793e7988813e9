import type { FilesSource } from '../../plan/model/system.ts';
import type { RestoreSourceRequest, RestoreSourceResult } from '../source.ts';
import { compareWithDisk } from './compare.ts';
import { survey } from './survey.ts';

/**
 * In place: entries go where they came from, files that exist are replaced as asked, and files that the backup does not
 * know stay. To a folder: `/srv/web` becomes `folder/srv/web`. Throws `nothing-matched` before anything is written.
 */
export async function restoreFiles(
  definition: FilesSource,
  request: RestoreSourceRequest,
): Promise<RestoreSourceResult> {
  const { includes, missing } = await survey(definition, request);
  const target = request.place.kind === 'in-place' ? '/' : request.place.path;
  const fetched = await request.fetch({ target, overwrite: request.overwrite, include: includes });
  return {
    files: fetched.files,
    bytes: fetched.bytes,
    missing: [...missing, ...fetched.missing],
    recoveredTo: request.place.kind === 'in-place' ? 'in place' : request.place.path,
    checks: [await compareWithDisk(request, target, includes)],
  };
}
