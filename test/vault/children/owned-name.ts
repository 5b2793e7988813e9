import { ownedName } from '../../../src/base/owned-name.ts';

// A name of a process that is gone by the time it is read.
console.log(ownedName());
