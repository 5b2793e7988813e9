import { openAgain } from '../open-again.ts';
import { treeRoots } from '../roots.ts';

// Backs up a folder, compared with the newest snapshot there is, and prints the greatest memory of the process, in KiB.
const [folder = '', source = ''] = process.argv.slice(2);
const vault = await openAgain(folder);
const parent = (await vault.snapshots()).at(-1)?.id;
await vault.backup({ ...treeRoots(source), parent, time: Date.now(), tags: [] });
console.log(process.resourceUsage().maxRSS);
await vault.close();
