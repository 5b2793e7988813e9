import { systemClock } from '../../../src/base/clock.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import { passphrase } from '../open-again.ts';

/* Prunes or repairs the vault in a folder, and prints `ready` first: what comes then is what may be cut off. */

const [folder = '', what = ''] = process.argv.slice(2);
const store = openLocalStore({ folder });
const vault = await openVault({ store, passphrase, clock: systemClock, onDamagedIndex: () => undefined });
process.stdout.write('ready\n');
if (what === 'prune') await vault.prune({ mode: 'apply', maxUnused: 0 });
else await vault.repair({ mode: 'repair' });
await vault.close();
