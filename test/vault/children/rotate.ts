import { systemClock } from '../../../src/base/clock.ts';
import { rotateMaster } from '../../../src/vault/keys/rotate-master.ts';
import { cheapCost, passphrase } from '../fixture.ts';

/** Rotates the master key of the vault in a folder, and says how far it is, to be killed. */
const [folder = ''] = process.argv.slice(2);
await rotateMaster({
  folder,
  passphrase,
  passphrases: [passphrase],
  clock: systemClock,
  cost: cheapCost,
  onProgress: (done) => process.stdout.write(`${done}\n`),
});
process.stdout.write('done\n');
