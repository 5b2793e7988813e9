import type { TransferProgress } from '../../vault/vault.ts';

/** Progress of work that is done in stages, as one: bytes go on where the stage before ended. */
export class Stages {
  readonly #report: (progress: TransferProgress) => void;
  #before = 0;
  /** Bytes of the stages that are still to come, as far as they are known. */
  #later: number;
  /** What the stage under way will have, if it does not say so itself. */
  #planned: number | undefined;
  #last = 0;

  constructor(report: (progress: TransferProgress) => void, later: number) {
    this.#report = report;
    this.#later = later;
  }

  readonly report = ({ files, bytes, filesTotal, bytesTotal }: TransferProgress): void => {
    const own = bytesTotal ?? this.#planned;
    this.#last = own === undefined ? bytes : Math.max(own, bytes);
    const total = own === undefined ? undefined : this.#before + this.#last + this.#later;
    this.#report({ files, bytes: this.#before + bytes, filesTotal, bytesTotal: total });
  };

  /** Ends a stage; the next one has so many bytes. */
  next(bytes: number): void {
    this.#before += this.#last;
    this.#last = bytes;
    this.#planned = bytes;
    this.#later = Math.max(0, this.#later - bytes);
  }
}
