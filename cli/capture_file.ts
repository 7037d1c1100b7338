/**
 * The file of `--pcap`: what goes over the wire, for Wireshark.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../deno.json" with { type: "json" };
import type { CaptureBatch } from "../server/capture/capture_pipe.ts";
import { Capture } from "../net/capture/capture.ts";
import { CaptureWriter } from "../net/capture/capture_writer.ts";
import { encodeCaptureStart } from "../net/capture/pcapng.ts";
import { fileReason } from "../net/file_reason.ts";
import { systemClock } from "../net/system_clock.ts";
import { createBlanker } from "../rtsp/fields/secrets.ts";
import { CAPTURE_FLUSH_MS } from "./limits.ts";
import { FailedError } from "./options/errors.ts";

const log = getLogger(["mjpegrtsp", "capture"]);

/** How a capture is written. */
export interface CaptureFileOptions {
  /** Whether a file that is there already is replaced. */
  readonly force: boolean;
  /** Bytes that it may have; what follows is left out. Default without limit. */
  readonly maxBytes?: number;
}

/** An open file, or standard output. Nothing else needs a right to write. */
export class CaptureFile {
  /** Takes what sockets send and receive. */
  readonly capture: Capture;
  readonly #name: string;
  readonly #file: Pick<Deno.FsFile, "write" | "close">;
  readonly #empty: () => void;
  readonly #isNew: boolean;
  readonly #maxBytes: number;
  readonly #writer: CaptureWriter;
  /** Bytes that were given to the writer. */
  #bytes = 0;
  #isFull = false;
  /** Packets that were dropped before they came here. */
  #droppedBefore = 0;

  /** `empty` empties the file when there is something to write. */
  private constructor(
    name: string,
    file: Pick<Deno.FsFile, "write" | "close">,
    { maxBytes = Infinity, isNew, empty = () => {} }: {
      readonly maxBytes?: number;
      readonly isNew: boolean;
      readonly empty?: () => void;
    },
  ) {
    this.#name = name;
    this.#file = file;
    this.#empty = empty;
    this.#isNew = isNew;
    this.#maxBytes = maxBytes;
    this.#writer = new CaptureWriter(file);
    this.capture = new Capture({
      write: (block) => this.#write(block, 1),
      createBlank: createBlanker,
      clock: systemClock,
    });
  }

  /**
   * Makes the file; `-` is standard output. Rejects with a `FailedError` where it is there already, unless `force` is given: then it is
   * replaced once there is something to write. An empty one has nothing to lose: a run that captures nothing leaves one.
   */
  static async open(name: string, { force, maxBytes }: CaptureFileOptions): Promise<CaptureFile> {
    if (name === "-") return new CaptureFile("standard output", Deno.stdout, { maxBytes, isNew: false });
    try {
      const mayExist = force || await isEmptyFile(name);
      const file = await Deno.open(name, { write: true, create: mayExist, createNew: !mayExist });
      // Pipes and devices have no length.
      const { isFile } = await file.stat();
      return new CaptureFile(name, file, {
        ...{ maxBytes, isNew: !mayExist },
        empty: isFile ? () => file.truncateSync() : undefined,
      });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) {
        throw new FailedError(`${name} exists: choose another name for --pcap, or replace it with --force`);
      }
      throw new FailedError(`Cannot write ${name}: ${fileReason(error)}`);
    }
  }

  /** Takes what other threads have captured. */
  take({ blocks, packets, dropped }: CaptureBatch): void {
    this.#droppedBefore += dropped;
    if (packets > 0) this.#write(blocks, packets);
  }

  /** Closes a file that nothing was written to, and removes it where it was made for this. Needs the right to write. */
  async discard(): Promise<void> {
    this.#file.close();
    if (this.#isNew) await Deno.remove(this.#name);
  }

  /** Writes what waits, for as long as that is worth waiting for, closes the file, and says what is missing in it. */
  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = systemClock.after(CAPTURE_FLUSH_MS, late.resolve);
    await Promise.race([this.#writer.flush(), late.promise]);
    cancel();
    this.#file.close();
    const { error } = this.#writer;
    const dropped = this.#writer.dropped + this.#droppedBefore;
    if (error !== undefined) {
      log.error("cannot write {name}: {reason}", { name: this.#name, reason: fileReason(error) });
    }
    if (dropped > 0) log.warn("{dropped} packets are not in {name}", { dropped, name: this.#name });
  }

  #write(blocks: Uint8Array, packets: number): void {
    if (this.#isFull) return;
    const isFirst = this.#bytes === 0;
    const start = isFirst ? encodeCaptureStart(`mjpegrtsp ${denoConfig.version}`) : undefined;
    const bytes = this.#bytes + (start?.length ?? 0) + blocks.length;
    if (bytes > this.#maxBytes) {
      this.#isFull = true;
      log.warn("{name} is full: what follows is not in it (--pcap-size)", { name: this.#name });
      return;
    }
    this.#bytes = bytes;
    if (start !== undefined) {
      this.#empty();
      this.#writer.write(start, 0);
    }
    this.#writer.write(blocks, packets);
  }
}

/** Whether an empty file is there, and no link, pipe or device. */
async function isEmptyFile(path: string): Promise<boolean> {
  try {
    const { isFile, size } = await Deno.lstat(path);
    return isFile && size === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
