/**
 * Opens one movie: a file, or a folder of JPEGs.
 *
 * @module
 */

import { basename, dirname } from "@std/path";
import { Catalog } from "../server/source/catalog.ts";
import { type Source, SourceNotFoundError } from "../server/source/source.ts";
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
  const folder = await folderAt(path);
  const root = await openRoot(folder === undefined ? path : dirname(folder), doing);
  const catalog = new Catalog({ root, ...options });
  try {
    const name = folder === undefined ? root.onlyName! : basename(folder);
    // A path is never one of the names that stand for something else, such as that of the test source.
    const source = await catalog.find(`./${name}`, new AbortController().signal);
    return { source, close: () => catalog.close() };
  } catch (error) {
    catalog.close();
    if (folder === undefined || !(error instanceof SourceNotFoundError)) throw error;
    throw new Error(`${JSON.stringify(path)} is a directory without JPEGs: name a file in it`);
  }
}

/** The real path of a folder; `undefined` where there is none. */
async function folderAt(path: string): Promise<string | undefined> {
  try {
    const realPath = await Deno.realPath(path);
    return (await Deno.stat(realPath)).isDirectory ? realPath : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
