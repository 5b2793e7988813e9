import { describe, expect, test } from 'vitest';
import { currentOwner, heartbeatLimit, type Owner } from '../../src/journal/owner.ts';
import { attemptFinished, attemptStarted, runFinished, runStarted } from './events.ts';
import { faultOf, openState, temporaryFolder } from './state.ts';

const dead: Owner = { ...currentOwner(), started: '1' };
const elsewhere: Owner = { ...currentOwner(), host: 'elsewhere' };
const now = 1_000_000;

describe('a lease', () => {
  test('is held by one run alone, until released', () => {
    const folder = temporaryFolder();
    const [one, other] = [openState(folder), openState(folder)];
    const lease = one.lease('system:orders', 'r1', now);
    const fault = faultOf(() => other.lease('system:orders', 'r2', now));
    expect(fault).toMatchObject({ code: 'run-locked', retryable: true });
    expect(fault.message).toContain('system:orders is in use by run r1');
    expect(fault.message).toContain(`process ${process.pid}`);
    expect(other.lease('system:website', 'r2', now).token).toBe(1);
    lease.release();
    expect(other.lease('system:orders', 'r2', now).token).toBe(2);
    // A second release of an old holding takes nothing from the new one.
    lease.release();
    expect(faultOf(() => one.lease('system:orders', 'r3', now)).code).toBe('run-locked');
  });

  test('of a dead process is taken over, and its run is interrupted with it', () => {
    const folder = temporaryFolder();
    const old = openState(folder, dead);
    old.lease('system:orders', 'r1', now);
    old.append(runStarted('r1'), attemptStarted('r1', 'one'));
    const journal = openState(folder);
    expect(journal.lease('system:orders', 'r2', now).token).toBe(2);
    expect(journal.run('r1')).toMatchObject({ status: 'interrupted' });
    expect(journal.run('r1')?.events.at(-1)).toMatchObject({ type: 'run.interrupted', steps: ['one'] });
  });

  test('of a process that died before its run was on record is taken over', () => {
    const folder = temporaryFolder();
    openState(folder, dead).lease('system:orders', 'r1', now);
    expect(openState(folder).lease('system:orders', 'r2', now).token).toBe(2);
  });

  test('of a run that has ended is free even when nobody released it', () => {
    const folder = temporaryFolder();
    const journal = openState(folder);
    journal.lease('system:orders', 'r1', now);
    journal.append(runStarted('r1'), runFinished('r1'));
    expect(openState(folder).lease('system:orders', 'r2', now).token).toBe(2);
  });

  test('of another host is taken over only when its heartbeat is old', () => {
    const folder = temporaryFolder();
    const far = openState(folder, elsewhere);
    far.lease('system:orders', 'r1', now);
    const journal = openState(folder);
    expect(faultOf(() => journal.lease('system:orders', 'r2', now + heartbeatLimit)).code).toBe('run-locked');
    expect(journal.lease('system:orders', 'r2', now + heartbeatLimit + 1).token).toBe(2);
  });
});

describe('a process that others took for dead', () => {
  test('begins nothing more, and its heartbeat says so; what it did is still recorded', () => {
    const folder = temporaryFolder();
    const slow = openState(folder, elsewhere);
    slow.append(runStarted('r1'), attemptStarted('r1', 'one'));
    const late = Date.now() + heartbeatLimit + 60_000;
    expect(openState(folder).markInterrupted(late)).toMatchObject([{ id: 'r1', status: 'interrupted' }]);
    expect(faultOf(() => slow.append(attemptStarted('r1', 'two'))).code).toBe('run-not-running');
    expect(faultOf(() => slow.heartbeat('r1', late)).code).toBe('run-not-running');
    slow.append(attemptFinished('r1', 'one'));
    expect(slow.run('r1')?.steps[0]).toMatchObject({ id: 'one', status: 'succeeded' });
    expect(slow.run('r1')).toMatchObject({ status: 'interrupted' });
  });

  test('begins nothing when only its lease was taken over', () => {
    const folder = temporaryFolder();
    const slow = openState(folder, elsewhere);
    slow.lease('system:orders', 'r1', now);
    openState(folder).lease('system:orders', 'r2', now + heartbeatLimit + 1);
    slow.append(runStarted('r1'));
    expect(faultOf(() => slow.append(attemptStarted('r1', 'one')))).toMatchObject({ code: 'lease-lost' });
    expect(faultOf(() => slow.heartbeat('r1', now))).toMatchObject({ code: 'lease-lost' });
  });
});

describe('interrupted runs', () => {
  test('are those of dead processes, with the steps whose outcome is unknown, and are found once', () => {
    const folder = temporaryFolder();
    const old = openState(folder, dead);
    old.append(runStarted('r1', { steps: ['one', 'two', 'three'] }));
    old.append(attemptStarted('r1', 'one'), attemptFinished('r1', 'one'), attemptStarted('r1', 'two'));
    old.append(runStarted('done'), runFinished('done', 'failed'));
    const journal = openState(folder);
    journal.append(runStarted('mine'), attemptStarted('mine', 'one'));
    expect(journal.markInterrupted(now)).toMatchObject([{ id: 'r1', status: 'interrupted', finishedAt: undefined }]);
    expect(journal.run('r1')?.steps.map((step) => step.status)).toEqual(['succeeded', 'interrupted', 'pending']);
    expect(journal.run('mine')).toMatchObject({ status: 'running' });
    expect(journal.run('done')).toMatchObject({ status: 'failed' });
    expect(journal.markInterrupted(now)).toEqual([]);
  });

  test('a heartbeat keeps a run of another host alive', () => {
    const folder = temporaryFolder();
    const far = openState(folder, elsewhere);
    far.append(runStarted('r1'));
    const later = Date.now() + 10 * heartbeatLimit;
    far.heartbeat('r1', later);
    const journal = openState(folder);
    expect(journal.markInterrupted(later + heartbeatLimit)).toEqual([]);
    expect(journal.markInterrupted(later + heartbeatLimit + 1)).toHaveLength(1);
  });
});
