import { createRequire } from 'node:module';
import { openAgain } from '../open-again.ts';
import { treeRoots } from '../roots.ts';

// Found by the name of the platform, so before that changes.
createRequire(import.meta.url)('sodium-native');
// As on a system whose calls are not known: backs up a folder, restores it, prints both results.
Object.defineProperty(process, 'platform', { value: 'plan9' });
const [folder = '', source = '', target = ''] = process.argv.slice(2);
const vault = await openAgain(folder);
const backup = await vault.backup({ ...treeRoots(source), parent: undefined, time: Date.now(), tags: [] });
const restore = await vault.restore({ snapshot: backup.snapshot, target, overwrite: 'never' });
console.log(JSON.stringify({ backup: backup.faults, restore: restore.faults }));
await vault.close();
