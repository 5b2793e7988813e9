/** What one run took. */
export interface Run {
  readonly seconds: number;
  readonly cpu: number;
  readonly mebibytes: number;
}

export interface Goal {
  readonly must: number;
  readonly aim: number;
}

export interface Row {
  readonly name: string;
  readonly restic: readonly Run[];
  readonly muster: readonly Run[];
  /** Of the wall clock, as a share of restic's. */
  readonly goal: Goal;
}

const memoryGoal: Goal = { must: 1.6, aim: 1.1 };

export const header = [
  '| operation | restic s | muster s | ratio | must / aim | | CPU s | ratio | MiB | ratio | |',
  '|---|---|---|---|---|---|---|---|---|---|---|',
].join('\n');

export function rowText({ name, restic, muster, goal }: Row): string {
  const [theirs, ours] = [medians(restic), medians(muster)];
  const [wall, memory] = [ours.seconds / theirs.seconds, ours.mebibytes / theirs.mebibytes];
  const cells = [
    name,
    theirs.seconds.toFixed(2),
    ours.seconds.toFixed(2),
    wall.toFixed(2),
    `${goal.must.toFixed(2)} / ${goal.aim.toFixed(2)}`,
    verdict(wall, goal),
    `${theirs.cpu.toFixed(2)} / ${ours.cpu.toFixed(2)}`,
    (ours.cpu / theirs.cpu).toFixed(2),
    `${theirs.mebibytes.toFixed(0)} / ${ours.mebibytes.toFixed(0)}`,
    memory.toFixed(2),
    verdict(memory, memoryGoal),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function sizeText(name: string, restic: number, muster: number): string {
  const ratio = muster / restic;
  const mebibytes = [restic, muster].map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' / ');
  return `| ${name} | | | ${ratio.toFixed(3)} | 1.03 / 1.00 | ${verdict(ratio, { must: 1.03, aim: 1 })} | | | ${mebibytes} | | |`;
}

function verdict(ratio: number, { must, aim }: Goal): string {
  return ratio <= aim ? 'PASS, aim' : ratio <= must ? 'PASS' : 'FAIL';
}

function medians(runs: readonly Run[]): Run {
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    mebibytes: median(runs.map(({ mebibytes }) => mebibytes)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
