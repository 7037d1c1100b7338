/**
 * The file of `--pcap`: what goes over the wire, for Wireshark.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../deno.json" with { type: "json" };
import { Capture } from "../net/capture/capture.ts";
import { CaptureWriter } from "../net/capture/capture_writer.ts";
import { encodeCaptureStart } from "../net/capture/pcapng.ts";
import { fileReason } from "../net/file_reason.ts";
import { systemClock } from "../net/system_clock.ts";
import { blankSecrets } from "../rtsp/fields/secrets.ts";
import { CAPTURE_FLUSH_MS } from "./limits.ts";
import { FailedError } from "./options/errors.ts";

const log = getLogger(["mjpegrtsp", "capture"]);

/** An open file, or standard output. Nothing else needs a right to write. */
export class CaptureFile {
  /** Takes what sockets send and receive. */
  readonly capture: Capture;
  readonly #name: string;
  readonly #file: Pick<Deno.FsFile, "write" | "close">;
  readonly #writer: CaptureWriter;
  #hasBegun = false;

  /** `empty` empties the file when there is something to write. */
  private constructor(name: string, file: Pick<Deno.FsFile, "write" | "close">, empty: () => void = () => {}) {
    this.#name = name;
    this.#file = file;
    this.#writer = new CaptureWriter(file);
    this.capture = new Capture({
      write: (block) => {
        if (!this.#hasBegun) {
          this.#hasBegun = true;
          empty();
          this.#writer.write(encodeCaptureStart(`mjpegrtsp ${denoConfig.version}`));
        }
        this.#writer.write(block);
      },
      blank: blankSecrets,
      clock: systemClock,
    });
  }

  /**
   * Makes the file; `-` is standard output. Rejects with a `FailedError` where it is there already, unless `force` is given: then it is
   * replaced once there is something to write. An empty one has nothing to lose: a run that captures nothing leaves one.
   */
  static async open(name: string, force: boolean): Promise<CaptureFile> {
    if (name === "-") return new CaptureFile("standard output", Deno.stdout);
    try {
      const mayExist = force || await isEmptyFile(name);
      const file = await Deno.open(name, { write: true, create: mayExist, createNew: !mayExist });
      // Pipes and devices have no length.
      const { isFile } = await file.stat();
      return new CaptureFile(name, file, isFile ? () => file.truncateSync() : undefined);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) {
        throw new FailedError(`${name} exists: choose another name for --pcap, or replace it with --force`);
      }
      throw new FailedError(`Cannot write ${name}: ${fileReason(error)}`);
    }
  }

  /** Writes what waits, for as long as that is worth waiting for, closes the file, and says what is missing in it. */
  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = systemClock.after(CAPTURE_FLUSH_MS, late.resolve);
    await Promise.race([this.#writer.flush(), late.promise]);
    cancel();
    this.#file.close();
    const { dropped, error } = this.#writer;
    if (error !== undefined) {
      log.error("cannot write {name}: {reason}", { name: this.#name, reason: fileReason(error) });
    }
    if (dropped > 0) log.warn("{dropped} packets are not in {name}", { dropped, name: this.#name });
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
