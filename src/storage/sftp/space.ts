import type { Space } from './fault.ts';
import type { SftpSession } from './session.ts';

/** Of the file system that a folder is on; undefined where the server doesn't tell (`statvfs@openssh.com`). */
export async function spaceOf(session: SftpSession, folder: string): Promise<Space | undefined> {
  try {
    const { f_frsize, f_bavail, f_favail, f_flag } = await session.request<StatVfs>((sftp, answer) =>
      sftp.ext_openssh_statvfs(folder, answer),
    );
    return { freeBytes: f_frsize * f_bavail, freeFiles: f_favail, readOnly: (f_flag & readOnlyFlag) !== 0 };
  } catch {
    return undefined;
  }
}

const readOnlyFlag = 1;

interface StatVfs {
  readonly f_frsize: number;
  readonly f_bavail: number;
  readonly f_favail: number;
  readonly f_flag: number;
}
