/**
 * Types of what is used of `npm:@ffmpeg/core`, which ships none: FFmpeg as Emscripten compiles it, and Emscripten's file system.
 *
 * @module
 */

/** An open file. */
export interface FileStream {
  position: number;
}
/** How a file is read; `buffer` is the whole memory of FFmpeg, `position` that in the file. Returns how many bytes were read. */
export type ReadFile = (
  stream: FileStream,
  buffer: Int8Array<ArrayBuffer>,
  offset: number,
  length: number,
  position: number,
) => number;
/** How a device is written to; returns how many bytes were taken. */
export type WriteDevice = (
  stream: FileStream,
  buffer: Int8Array<ArrayBuffer>,
  offset: number,
  length: number,
) => number;
/** A file of the file system. */
export interface FileNode {
  usedBytes: number;
  stream_ops: { read: ReadFile };
}
/** What is used of Emscripten's file system. */
export interface FileSystem {
  writeFile(path: string, data: Uint8Array): void;
  lookupPath(path: string): { node: FileNode };
  makedev(major: number, minor: number): number;
  registerDevice(
    device: number,
    operations: { open(): void; close(): void; llseek(): number; write: WriteDevice },
  ): void;
  mkdev(path: string, device: number): void;
}
/** An instance of FFmpeg. */
export interface FFmpegCore {
  readonly FS: FileSystem;
  setLogger(logger: (line: { readonly message: string }) => void): void;
  /** Runs `ffmpeg` to its end, and returns its exit code. */
  exec(...args: readonly string[]): number;
}
/** How an instance is made. */
export interface CoreOptions {
  instantiateWasm(imports: WebAssembly.Imports, onInstance: (instance: WebAssembly.Instance) => void): object;
}
/** Makes an instance. */
export type CreateCore = (options: CoreOptions) => Promise<FFmpegCore>;
