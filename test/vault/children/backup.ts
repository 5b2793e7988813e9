import { openAgain } from '../open-again.ts';
import { treeRoots } from '../roots.ts';

// Started as another user: backs up a folder and prints the faults.
const [folder = '', source = ''] = process.argv.slice(2);
const vault = await openAgain(folder);
const { faults } = await vault.backup({ ...treeRoots(source), parent: undefined, time: Date.now(), tags: [] });
console.log(JSON.stringify(faults));
await vault.close();
