/**
 * Finds the movies in a directory and in those below it, by their names: what a list of everything shows.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { join } from "@std/path";
import { fileReason } from "../../../net/file_reason.ts";
import { MAX_LISTED_DEPTH, MAX_LISTED_FOLDERS, MAX_LISTED_MOVIES } from "../../limits.ts";
import type { DirectoryListings, Listing } from "./directory_listing.ts";

const log = getLogger(["mjpegrtsp", "catalog"]);

const MOVIE_NAME = /\.(?:mjpe?g|avi|mp4|m4v|mov|mkv|webm|mpe?g|m?ts|m2ts|flv|wmv|ogv|3gp|h26[45])$/i;
const PICTURE_NAME = /\.jpe?g$/i;
/** A folder with so many pictures is a movie. */
const MOVIE_PICTURES = 2;
const byName = new Intl.Collator("en", { numeric: true }).compare;

/** What movies are looked for with. */
export interface MovieSearch {
  readonly listings: DirectoryListings;
  /** Whether what a link leads to is served. */
  readonly isServed: (path: string) => Promise<boolean>;
  /** Whether the top is a movie as well where it is a directory of JPEGs: then it is the first one, without a name; default false. */
  readonly isTopListed?: boolean;
}

/**
 * Names of movies below `top`, with `/` between their parts, the directories at the top first; up to {@linkcode MAX_LISTED_MOVIES} of
 * them in {@linkcode MAX_LISTED_FOLDERS} directories. A directory of JPEGs is one movie; what begins with a dot is hidden.
 */
export async function listMovies(top: string, search: MovieSearch): Promise<string[]> {
  const names: string[] = [];
  const folders = [""];
  for (let index = 0; index < folders.length && names.length < MAX_LISTED_MOVIES; index++) {
    const folder = folders[index];
    const listing = await list(top, folder, search);
    if (listing === undefined) continue;
    const nameOf = (name: string) => folder === "" ? name : `${folder}/${name}`;
    const isOneMovie = (folder !== "" || search.isTopListed) &&
      listing.files.filter(isPicture).length >= MOVIE_PICTURES;
    if (isOneMovie) names.push(folder);
    const isMovie = (name: string) => isShown(name) && isMovieName(name) && !(isOneMovie && isPicture(name));
    const links = await servedOf(listing.links.filter(isMovie), join(top, folder), search);
    names.push(...[...listing.files.filter(isMovie), ...links].toSorted(byName).map(nameOf));
    const depth = folder === "" ? 0 : folder.split("/").length;
    if (depth >= MAX_LISTED_DEPTH) continue;
    const below = listing.folders.filter(isShown).toSorted(byName).map(nameOf);
    folders.push(...below.slice(0, MAX_LISTED_FOLDERS - folders.length));
  }
  return names.slice(0, MAX_LISTED_MOVIES);
}

/** Those of some links in a directory that lead to files which are served. */
async function servedOf(links: readonly string[], directory: string, { isServed }: MovieSearch): Promise<string[]> {
  const served: string[] = [];
  for (const link of links.slice(0, MAX_LISTED_MOVIES)) {
    if (await isServed(join(directory, link))) served.push(link);
  }
  return served;
}

/** Whether a name is that of a movie, or of a picture, by its ending. */
export function isMovieName(name: string): boolean {
  return MOVIE_NAME.test(name) || isPicture(name);
}

function isPicture(name: string): boolean {
  return PICTURE_NAME.test(name);
}

function isShown(name: string): boolean {
  return !name.startsWith(".");
}

/** `undefined` for a directory below that cannot be read. */
async function list(top: string, folder: string, { listings }: MovieSearch): Promise<Listing | undefined> {
  try {
    return await listings.list(join(top, folder));
  } catch (error) {
    if (folder === "") throw error;
    log.debug("{folder} is left out of the list of movies: {reason}", { folder, reason: fileReason(error) });
    return undefined;
  }
}
