import type { Id } from '../repository.ts';
import { nodeJson } from '../tree/write.ts';
import type { ArchiveContext } from './context.ts';
import { count } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { syntheticFile } from './synthetic.ts';
import type { StreamRoot } from './targets.ts';

/** Stores what a program writes while it writes it. What the stream throws ends the backup. */
export async function saveStream(context: ArchiveContext, entry: SourceEntry, root: StreamRoot): Promise<string> {
  const content: Id[] = [];
  let size = 0;
  for await (const chunk of context.repository.chunks(root.read())) {
    content.push(await context.saveData(chunk));
    size += chunk.length;
    await context.crew.pause();
  }
  compare(context, entry, content);
  count(context, size);
  return nodeJson(syntheticFile(entry.name, { time: context.time, size, content }));
}

/** It was read, whatever was known of it: what counts is whether its content is what it was. */
function compare({ totals }: ArchiveContext, { previous }: SourceEntry, content: readonly Id[]): void {
  const known = previous?.()?.content;
  if (known === undefined) totals.filesNew += 1;
  else if (known.length === content.length && known.every((id, at) => id === content[at])) totals.filesUnmodified += 1;
  else totals.filesChanged += 1;
}
