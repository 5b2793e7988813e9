import { hasStatus, status } from './fault.ts';
import { isNotOffered, type SftpSession } from './session.ts';

/**
 * Gives a finished file its name, in place of what has it. Servers without `posix-rename@openssh.com` may refuse a name
 * that is taken: there the old file is removed first, and for a moment there is neither.
 */
export async function replace(session: SftpSession, temporary: string, target: string): Promise<void> {
  try {
    await session.request((sftp, answer) => sftp.ext_openssh_rename(temporary, target, answer));
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    await replaceInTwoSteps(session, temporary, target);
  }
}

/**
 * Gives a finished file a second name, unless that is taken: then false. Servers without `hardlink@openssh.com` rename,
 * which refuses a name that is taken in this version of the protocol (draft-ietf-secsh-filexfer-02, section 6.5).
 */
export async function linkNew(session: SftpSession, temporary: string, target: string): Promise<boolean> {
  try {
    await link(session, temporary, target);
    return true;
  } catch (error) {
    if (hasStatus(error, status.failure) && (await isTaken(session, target))) return false;
    throw error;
  }
}

async function link(session: SftpSession, temporary: string, target: string): Promise<void> {
  try {
    await session.request((sftp, answer) => sftp.ext_openssh_hardlink(temporary, target, answer));
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    await rename(session, temporary, target);
  }
}

/** Of many at once, each may find the name taken again and again. */
const mostTries = 50;

async function replaceInTwoSteps(session: SftpSession, temporary: string, target: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await rename(session, temporary, target);
    } catch (error) {
      if (!hasStatus(error, status.failure) || tries === mostTries) throw error;
      await session.request((sftp, answer) => sftp.unlink(target, answer)).catch(() => {});
    }
  }
}

async function rename(session: SftpSession, from: string, to: string): Promise<void> {
  await session.request((sftp, answer) => sftp.rename(from, to, answer));
}

async function isTaken(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.lstat(path);
    return true;
  } catch (error) {
    if (hasStatus(error, status.noSuchFile)) return false;
    throw error;
  }
}
