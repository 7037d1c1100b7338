/**
 * Opens one movie: a file, or a folder of JPEGs.
 *
 * @module
 */

import { basename, dirname, resolve } from "@std/path";
import { Catalog } from "../server/source/catalog.ts";
import type { Source } from "../server/source/source.ts";
import { openRoot } from "./open_root.ts";

/** How movies are played. */
export interface FileOptions {
  /** Frames a second of those that have no times of their own. */
  readonly frameRate: number;
  /** Whether they start again at their end. */
  readonly loop: boolean;
  /** What is done to it, for errors. */
  readonly doing: "convert" | "push";
}

/** A source, and what gives it up. */
export interface OpenedFile {
  readonly source: Source;
  close(): void;
}

/** Opens the movie at `path`. Rejects with an error that says what is wrong, whose cause is that of its format. */
export async function openFile(path: string, { doing, ...options }: FileOptions): Promise<OpenedFile> {
  const isFolder = await isDirectory(path);
  const root = await openRoot(isFolder ? dirname(resolve(path)) : path, doing);
  const catalog = new Catalog({ root, ...options });
  try {
    const name = isFolder ? basename(resolve(path)) : root.onlyName!;
    // A path is never one of the names that stand for something else, such as that of the test source.
    const source = await catalog.find(`./${name}`, new AbortController().signal);
    return { source, close: () => catalog.close() };
  } catch (error) {
    catalog.close();
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
