import { openAgain } from '../open-again.ts';
import { treeRoots } from '../roots.ts';

// Backs up a folder and prints the greatest memory of the process, in KiB.
const [folder = '', source = ''] = process.argv.slice(2);
const vault = await openAgain(folder);
await vault.backup({ ...treeRoots(source), parent: undefined, time: Date.now(), tags: [] });
console.log(process.resourceUsage().maxRSS);
await vault.close();
