import { codeOf } from '../../base/error.ts';
import type { Repository } from '../repository.ts';
import { sealedObjectsOf } from '../sealed.ts';

const aside = 'damaged/';

/**
 * Seals what muster keeps beside the repository with the new key. What can't be opened stays with the old generation, as
 * do the objects that a repair has taken aside.
 */
export async function copySealed(from: Repository, to: Repository): Promise<void> {
  const [old, present] = [sealedObjectsOf(from), sealedObjectsOf(to)];
  for await (const { name } of old.list('')) {
    if (name.startsWith(aside)) continue;
    try {
      await present.put(name, await old.get(name));
    } catch (error) {
      if (codeOf(error) !== 'object-damaged') throw error;
    }
  }
}
