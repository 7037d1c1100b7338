/**
 * The sound of a file, a block at a time: of a WAV file, or of a container beside its frames. Whoever listens to the same place behind
 * another reads nothing.
 *
 * @module
 */

import { findSound } from "../../../mjpeg/containers/index_file.ts";
import { soundParts, type StoredSound } from "../../../mjpeg/containers/sound/stored_sound.ts";
import { SILENCE, storedBlockBytes, type StoredFormat } from "../../../mjpeg/sound.ts";
import { FileAccess, readExactly } from "../../../net/file_access.ts";
import { samplesPerBlock, type SoundTrack } from "../sound_track.ts";
import type { Indexed } from "./file_index.ts";
import { type FileVersion, isSameVersion, versionOf } from "./file_version.ts";
import type { FrameCache } from "./frame_cache.ts";
import { changedError, SharedFile } from "./shared_file.ts";

/** Finds the sound of a file, if it has some. Rejects with a `SyntaxError` that says why it cannot be read. */
export async function indexSound(path: string, signal: AbortSignal): Promise<Indexed<StoredSound | undefined>> {
  using file = await Deno.open(path, { read: true });
  const version = versionOf(await file.stat());
  return { version, index: await findSound(new FileAccess(file, version.sizeBytes), signal) };
}

/** Constructor options of {@linkcode FileSound}. */
export interface FileSoundOptions {
  /** Its real path. */
  readonly path: string;
  /** What the file was like when its samples were found. */
  readonly version: FileVersion;
  readonly sound: StoredSound;
  /** Where blocks that were read are kept. */
  readonly cache: FrameCache;
}

/** The sound of one file, which is open while somebody listens. */
export class FileSound implements SoundTrack {
  readonly format: StoredFormat;
  readonly sampleCount: number;
  readonly #options: FileSoundOptions;
  readonly #owner: number;
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  readonly #file: SharedFile;

  /** Opens nothing until a block is wanted. */
  constructor(options: FileSoundOptions) {
    const { encoding, sampleRate, channels, sampleCount } = options.sound;
    this.format = { encoding, sampleRate, channels };
    this.sampleCount = sampleCount;
    this.#options = options;
    this.#file = new SharedFile(options.path);
    this.#owner = options.cache.createOwner();
  }

  addListener(): () => void {
    return this.#file.use();
  }

  block(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#options.cache.get(this.#owner, index) ?? this.#reading.get(index) ?? this.#read(index);
  }

  #read(index: number): Promise<Uint8Array> {
    const reading = this.#file.inTurn(() => this.#readNow(index));
    this.#reading.set(index, reading);
    const done = () => this.#reading.delete(index);
    reading.then(done, done);
    return reading;
  }

  async #readNow(index: number): Promise<Uint8Array> {
    const { version, sound, cache } = this.#options;
    const file = await this.#file.open();
    const first = index * samplesPerBlock(this.format);
    const count = Math.max(0, Math.min(samplesPerBlock(this.format), this.sampleCount - first));
    const block = new Uint8Array(count * storedBlockBytes(this.format)).fill(SILENCE[this.format.encoding]);
    for (const { offset, lengthBytes, at } of soundParts(sound, first, count)) {
      await readExactly(file, { target: block.subarray(at, at + lengthBytes), offset });
    }
    if (!isSameVersion(versionOf(await file.stat()), version)) throw changedError();
    cache.set(this.#owner, index, block);
    return block;
  }
}
