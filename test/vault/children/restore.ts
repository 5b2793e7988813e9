import { openAgain } from '../open-again.ts';

// Started as another user: restores a snapshot and prints the result.
const [folder = '', snapshot = '', target = ''] = process.argv.slice(2);
const vault = await openAgain(folder);
console.log(JSON.stringify(await vault.restore({ snapshot, target, overwrite: 'never' })));
await vault.close();
