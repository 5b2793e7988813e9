import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { fromBytePath, toBytePath, type BytePath } from '../../../base/capture.ts';
import { grouped, removeAll, type FileSystemView, type ViewRequest } from './file-system.ts';

/** One snapshot of a view: of a subvolume, a data set, or a logical volume. */
export interface ViewPart {
  /** Folder that `root` is found at in the snapshot. */
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

export interface Volume {
  readonly key: string;
  /** Folder of the original that the snapshot is of. */
  readonly root: string;
}

interface Maker<V extends Volume> {
  readonly volumeOf: (path: string, request: ViewRequest) => Promise<V>;
  readonly snapshot: (volume: V, request: ViewRequest, index: number) => Promise<ViewPart>;
}

/** A snapshot for each volume that the paths lie on. When one fails, those before it are removed again. */
export async function viewOf<V extends Volume>(request: ViewRequest, maker: Maker<V>): Promise<FileSystemView> {
  const places = new Map<BytePath, BytePath>();
  const removals: (() => Promise<void>)[] = [];
  try {
    const volumes = await grouped(request.paths, (path) => maker.volumeOf(realpathSync(path), request));
    for (const { on, paths } of volumes.values()) {
      const part = await maker.snapshot(on, request, removals.length);
      removals.push(part.remove);
      for (const path of paths) places.set(toBytePath(path), toBytePath(within(part.folder, on.root, path)));
    }
  } catch (error) {
    await removeAll(removals).catch(() => undefined);
    throw error;
  }
  return { at: (path) => placeOf(places, path), remove: () => removeAll(removals) };
}

function within(folder: string, root: string, path: string): string {
  const rest = relative(root, realpathSync(path));
  return rest === '' ? folder : `${folder}/${rest}`;
}

function placeOf(places: ReadonlyMap<BytePath, BytePath>, path: BytePath): BytePath {
  const place = places.get(path);
  if (place === undefined) throw new Error(`${fromBytePath(path)} is not in the view`);
  return place;
}
