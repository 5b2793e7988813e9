import { closeSync } from 'node:fs';

/** Folders and files of the source that are open: what is left of them when a backup ends early is closed. */
export class Opened {
  readonly #fds = new Set<number>();

  get count(): number {
    return this.#fds.size;
  }

  add(fd: number): void {
    this.#fds.add(fd);
  }

  /** No error when it is closed already. */
  close(fd: number): void {
    if (this.#fds.delete(fd)) closeSync(fd);
  }

  closeAll(): void {
    for (const fd of this.#fds) this.close(fd);
  }
}
