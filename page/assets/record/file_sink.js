/*
 * Where a recording goes: into a file that the user names, written as it comes, where the browser can do that; else into memory, and
 * to the user's downloads at the end.
 */

// @ts-check
/// <reference lib="dom" />

import { saveFile } from "../dom.js";

/** Most that is kept for a download, in bytes: about half an hour of 720p25 at 2 Mbit/s. */
export const MAX_DOWNLOAD_BYTES = 512 * 1024 * 1024;

/**
 * The file. `write` adds to its end; `close` puts `head` in place of its first bytes, which are as many, and has it stored;
 * `discard` has nothing stored. `maxBytes` is what it has room for.
 *
 * @typedef {object} Sink
 * @property {number} maxBytes
 * @property {(parts: readonly Uint8Array[]) => Promise<void>} write
 * @property {(head: Uint8Array) => Promise<void>} close
 * @property {() => Promise<void>} discard
 */

/** What TypeScript's own declarations lack. @typedef {(options: object) => Promise<FileSystemFileHandle>} Picker */

/**
 * Asks for a file. Call this within a click or a key. Rejects with a `DOMException` named `AbortError` where the user names none.
 *
 * @param {string} name That is suggested.
 * @returns {Promise<Sink>}
 */
export async function openSink(name) {
  const picker = /** @type {{ showSaveFilePicker?: Picker }} */ (window).showSaveFilePicker;
  if (picker === undefined) return downloadSink(name);
  const handle = await picker.call(window, {
    suggestedName: name,
    types: [{ description: "Matroska video", accept: { "video/x-matroska": [".mkv"] } }],
  });
  return fileSink(handle);
}

/** @param {FileSystemFileHandle} handle @returns {Promise<Sink>} */
async function fileSink(handle) {
  const file = await handle.createWritable();
  return {
    maxBytes: Infinity,
    write: (parts) => file.write(blobOf(parts)),
    async close(head) {
      await file.write({ type: "write", position: 0, data: blobOf([head]) });
      await file.close();
    },
    discard: () => file.abort(),
  };
}

/** @param {string} name @returns {Sink} */
function downloadSink(name) {
  /** Blobs, which the browser may keep on the disk. @type {Blob[]} */
  let blobs = [];
  return {
    maxBytes: MAX_DOWNLOAD_BYTES,
    write(parts) {
      blobs.push(blobOf(parts));
      return Promise.resolve();
    },
    close(head) {
      const whole = new Blob(blobs);
      saveFile(name, new Blob([blobOf([head]), whole.slice(head.length)], { type: "video/x-matroska" }));
      blobs = [];
      return Promise.resolve();
    },
    discard() {
      blobs = [];
      return Promise.resolve();
    },
  };
}

/** @param {readonly Uint8Array[]} parts */
function blobOf(parts) {
  return new Blob(parts.map((part) => /** @type {Uint8Array<ArrayBuffer>} */ (part)));
}
