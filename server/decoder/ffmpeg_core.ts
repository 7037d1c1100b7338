/**
 * FFmpeg in WebAssembly (`npm:@ffmpeg/core`, FFmpeg 5.1), with a file that it reads and devices that it writes to. It is under the GPL,
 * and has 32 MB: only the thread that decodes may import this.
 *
 * @module
 */

import createCore from "@ffmpeg/core";
import wasm from "@ffmpeg/core/wasm" with { type: "bytes" };
import type { CreateCore, FFmpegCore, WriteDevice } from "./ffmpeg_package.ts";

/** Devices have numbers; those of Emscripten are below. */
const FIRST_DEVICE = 64;

let compiled: Promise<WebAssembly.Module> | undefined;

/** A new FFmpeg, which runs once: it clears nothing up. */
export async function loadCore(): Promise<FFmpegCore> {
  // Emscripten asks the place of a worker in order to find what it is handed.
  Object.defineProperty(globalThis, "location", { value: new URL(import.meta.url), configurable: true });
  const module = await (compiled ??= WebAssembly.compile(wasm));
  return await (createCore as CreateCore)({
    instantiateWasm(imports, onInstance) {
      WebAssembly.instantiate(module, imports).then(onInstance);
      return {};
    },
  });
}

/** A file that FFmpeg reads. */
export interface ShownFile {
  readonly name: string;
  readonly file: Deno.FsFile;
  /** Called in front of each read. What it throws ends FFmpeg. */
  readonly onRead: () => void;
}

/** Shows FFmpeg an open file. It stays where it is: what is wanted of it is read, nothing is kept. */
export function addFile({ FS }: FFmpegCore, { name, file, onRead }: ShownFile): void {
  FS.writeFile(name, new Uint8Array(0));
  const { node } = FS.lookupPath(name);
  node.usedBytes = file.statSync().size;
  node.stream_ops = {
    ...node.stream_ops,
    read(_stream, memory, offset, length, position) {
      onRead();
      file.seekSync(position, Deno.SeekMode.Start);
      return file.readSync(new Uint8Array(memory.buffer, offset, length)) ?? 0;
    },
  };
}

/** Gives FFmpeg devices to write to. The bytes hold until the call returns; what it throws ends FFmpeg. */
export function addDevices(
  { FS }: FFmpegCore,
  devices: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => void>>,
): void {
  for (const [index, [name, take]] of Object.entries(devices).entries()) {
    const device = FS.makedev(FIRST_DEVICE, index);
    const write: WriteDevice = (_stream, memory, offset, length) => {
      take(new Uint8Array(memory.buffer, offset, length));
      return length;
    };
    FS.registerDevice(device, { open() {}, close() {}, llseek: () => 0, write });
    FS.mkdev(name, device);
  }
}
