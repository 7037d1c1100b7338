/**
 * What is served: a directory with all that is below it, or single movies. Names that clients ask for stand for files in it.
 *
 * @module
 */

/** What is served, as data that another thread can be told. */
export type ServedPlace =
  /** Real path of a directory. */
  | { readonly directory: string }
  | { readonly movies: readonly ChosenMovie[] };

/** A movie that is served for itself, wherever it lies. */
export interface ChosenMovie {
  /** The name under which it is served, with `/` between its parts: of a link, that of the link. */
  readonly name: string;
  /** Real path of the file, or of the folder of JPEGs. */
  readonly realPath: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
  /** Real path of the WAV file beside it, if there is one. */
  readonly soundPath: string | undefined;
}

/** What a name stands for. */
export interface ResolvedPath {
  /** Its real path. */
  readonly path: string;
  /** Whether it is a folder, which may have pictures in it, and not a file. */
  readonly isFolder: boolean;
}

/** Finds files by the names that clients ask for. */
export interface Served {
  /** What is served. */
  readonly place: ServedPlace;
  /** The name of the one movie that is served; `undefined` where there may be others. */
  readonly onlyName: string | undefined;
  /**
   * The real path of the file or the folder that `name` stands for, with `/` between its parts; `undefined` where there is no such
   * thing. Where nothing has exactly that name, the one that equals it but for case is taken.
   */
  resolve(name: string): Promise<ResolvedPath | undefined>;
  /** The real path of the WAV file that belongs to a file or a folder that {@linkcode resolve} found, if there is one. */
  soundOf(realPath: string): Promise<string | undefined>;
  /** What is under a name that {@linkcode resolve} does not find, as "is a directory"; `undefined` for nothing. */
  describeUnserved(name: string): Promise<string | undefined>;
  /** The name under which a file that {@linkcode resolve} found is served, with `/` between its parts. */
  nameOf(realPath: string): string;
  /** Names of Motion-JPEG files at the top of what is served that can be served, in order. */
  movieNames(): Promise<string[]>;
  /** Names of all movies. */
  allMovieNames(): Promise<string[]>;
  /** Up to {@linkcode NEAR_NAMES} names that can be served and look most like `name`. */
  nearNames(name: string): Promise<string[]>;
}

/** Names that are suggested for one that is not there. */
export const NEAR_NAMES = 5;
