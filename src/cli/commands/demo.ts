import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  formatDuration,
  MusterError,
  renderGraph,
  renderPreview,
  type Muster,
  type RecoverOutcome,
} from '../../index.ts';
import { makeCompany, placeOrders } from '../demo/company.ts';
import { differencesOf, fingerprintOf, ordersOf, type Fingerprint, type TableProof } from '../demo/proof.ts';
import { createScene, type Scene } from '../demo/scene.ts';
import { documentOf } from '../json.ts';
import { recoverJson } from '../json-recover.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { counted } from '../text/counted.ts';
import { renderBackupOutcome } from '../text/outcome.ts';
import { renderRecovery } from '../text/recovery.ts';

const orderCount = 50_000;
const lateOrders = 12;

export function define(command: Command, session: Session): void {
  command
    .option('--keep', 'leave the folder, to look at it')
    .addHelpText('after', help)
    .action((options: { readonly keep?: boolean }) => demo(options.keep ? 'keep' : 'remove', session));
}

async function demo(afterwards: 'keep' | 'remove', session: Session): Promise<void> {
  const scene = await createScene();
  const tell = teller(session);
  try {
    const outcome = await play(scene, tell, session);
    if (session.globals().json) session.print(documentOf(demoJson(scene, outcome)));
  } finally {
    if (afterwards === 'remove') await scene.remove();
    else tell.plain(kept(scene));
  }
}

function demoJson({ folder }: Scene, outcome: RecoverOutcome): object {
  return { folder, orders: { restored: orderCount, lost: lateOrders }, proven: true, recovery: recoverJson(outcome) };
}

interface State {
  readonly etc: Fingerprint;
  readonly www: Fingerprint;
  readonly orders: TableProof;
}

async function play(scene: Scene, tell: Teller, session: Session): Promise<RecoverOutcome> {
  tell.part(`A small shop in ${scene.folder}`);
  await makeCompany(scene.shop, orderCount);
  const before = await stateOf(scene);
  tell.plain(
    `${before.etc.size + before.www.size} files and folders, a database of ${before.orders.rows} orders, and a plan of 3 systems.`,
  );
  const { muster } = await open(scene, tell);
  try {
    await backup(muster, tell, session);
    await destroy(scene, tell);
    const outcome = await recover(muster, tell, session);
    await prove(scene, before, tell);
    await showMessages(scene, tell);
    showObjectives(outcome, tell);
    return outcome;
  } finally {
    await muster.close();
  }
}

async function open(scene: Scene, tell: Teller): Promise<{ readonly muster: Muster }> {
  tell.command('muster validate');
  const { plan, muster } = await scene.open();
  tell.plain(
    `muster.yaml is valid: ${counted(plan.systems.size, 'system')}, ${counted(plan.storage.size, 'storage target')}, ${counted(plan.runbooks.size, 'runbook')}`,
  );
  tell.command('muster graph');
  tell.plain(renderGraph(muster.graph(), 'text').trimEnd());
  return { muster };
}

async function backup(muster: Muster, tell: Teller, session: Session): Promise<void> {
  tell.command('muster backup --all');
  const outcome = await watched(muster, session, () => muster.backup({ signal: session.signal }));
  tell.plain(renderBackupOutcome(outcome, muster.plan.timezone));
  if (outcome.status !== 'succeeded')
    throw new MusterError(`the backup ended as ${outcome.status}`, { code: 'demo-failed' });
  tell.command('muster preview --for 6h');
  const now = Date.now();
  tell.plain(
    renderPreview(muster.preview({ from: now, until: now + 21_600_000, systems: undefined }), muster.plan.timezone),
  );
}

async function destroy(scene: Scene, tell: Teller): Promise<void> {
  tell.part('The bad day');
  placeOrders(join(scene.shop, 'data/orders.db'), lateOrders);
  for (const name of ['etc', 'data', 'www']) await rm(join(scene.shop, name), { recursive: true });
  tell.plain(`${lateOrders} more orders come in; then the configuration, the database and the web site are deleted.`);
}

async function recover(muster: Muster, tell: Teller, session: Session): Promise<RecoverOutcome> {
  tell.command('muster recover rebuild --execute --reason "everything was deleted"');
  const outcome = await watched(muster, session, () =>
    muster.recover({
      runbook: 'rebuild',
      mode: 'execute',
      moment: { kind: 'latest' },
      params: {},
      reason: 'everything was deleted',
      signal: session.signal,
    }),
  );
  tell.plain(renderRecovery(outcome, muster.plan.timezone));
  if (outcome.status !== 'succeeded')
    throw new MusterError(`the recovery ended as ${outcome.status}`, { code: 'demo-failed' });
  return outcome;
}

async function watched<T>(muster: Muster, session: Session, work: () => Promise<T>): Promise<T> {
  const end = showProgress(muster, session);
  return work().finally(end);
}

async function prove(scene: Scene, before: State, tell: Teller): Promise<void> {
  tell.part('The proof');
  const after = await stateOf(scene);
  const different = [...differencesOf(before.etc, after.etc), ...differencesOf(before.www, after.www)];
  if (different.length > 0) throw new MusterError(`not as before: ${different.join(', ')}`, { code: 'demo-failed' });
  if (after.orders.sha256 !== before.orders.sha256)
    throw new MusterError('the orders are not as before', { code: 'demo-failed' });
  tell.plain(
    `${before.etc.size + before.www.size} files and folders: every byte, mode, owner, time and link as before.`,
  );
  tell.plain(
    `${after.orders.rows} of ${before.orders.rows} orders are back, with the same content (sha256 ${after.orders.sha256.slice(0, 16)}…).`,
  );
  tell.plain(`Lost: the ${lateOrders} orders placed after the backup.`);
}

async function showMessages(scene: Scene, tell: Teller): Promise<void> {
  tell.part('What people were told');
  for (const { audience, subject, text } of await scene.messages()) {
    tell.plain(`to ${audience}: ${subject}\n${text.trimEnd().replaceAll(/^/gm, '    ')}`);
  }
}

function showObjectives({ report }: RecoverOutcome, tell: Teller): void {
  tell.part('Objectives');
  tell.plain(
    `RTO  target ${durationOf(report.rto.target)}, achieved ${durationOf(report.rto.achieved)}: ${report.rto.verdict}`,
  );
  tell.plain(
    `RPO  target ${durationOf(report.rpo.target)}, achieved ${durationOf(report.rpo.achieved)}: ${report.rpo.verdict}`,
  );
}

function durationOf(ms: number | undefined): string {
  return ms === undefined ? 'none' : formatDuration(ms);
}

async function stateOf(scene: Scene): Promise<State> {
  return {
    etc: await fingerprintOf(join(scene.shop, 'etc')),
    www: await fingerprintOf(join(scene.shop, 'www'), ['cache']),
    orders: ordersOf(join(scene.shop, 'data/orders.db'), orderCount),
  };
}

interface Teller {
  part(title: string): void;
  command(line: string): void;
  plain(text: string): void;
}

function teller(session: Session): Teller {
  const colors = session.colors();
  const say = (text: string): void => (session.globals().json ? session.tell(text) : session.print(text));
  return {
    part: (title) => say(`\n${colors.bold(title)}`),
    command: (line) => say(`\n${colors.bold(`$ ${line}`)}`),
    plain: say,
  };
}

function kept(scene: Scene): string {
  return `
Kept in ${scene.folder}. Try:
  cd ${scene.folder}
  export SHOP=${scene.shop} SHOP_BACKUPS=${scene.backups} MUSTER_PASSPHRASE=$(cat passphrase)
  muster status
  restic -r ${scene.backups}/primary --password-file passphrase snapshots`;
}

const help = `
Makes a small company in a temporary folder, backs it up, deletes everything, recovers it in order and proves it.

Exit codes: 0 recovered and proven · 1 not`;
