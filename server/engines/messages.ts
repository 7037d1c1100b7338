/**
 * What the threads of a server ask of each other. The main thread starts the host, which has the engines started.
 *
 * @module
 */

import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import type { ThreadPlan } from "../../net/thread.ts";
import type { StoredIndex } from "../../mjpeg/containers/index/frame_index.ts";
import type { CapturePipe } from "../capture/capture_pipe.ts";
import type { Idleness } from "../places/fair_share.ts";
import type { PlaceLimits, Shrunk } from "../places/places.ts";
import type { ListedMovie } from "../source/decoded/decoders.ts";
import type { Overview } from "../observation/overview.ts";
import type { Published } from "../publish/published_streams.ts";
import type { FileVersion } from "../source/files/file_version.ts";
import type { LivePipe } from "../source/live_pipe.ts";
import type { LogTarget } from "./log_pipe.ts";
import type { EngineSettings } from "./settings.ts";

/** What there are places for. */
export type PlaceKind = "client" | "session";

/** An occupant that does nothing. */
export interface IdleOccupant extends Pick<Idleness, "rank" | "patienceMs"> {
  /** The number of its place. */
  readonly place: number;
  /** For how long it has been silent, in milliseconds: each thread's clock starts at another time. */
  readonly silentMs: number;
}

/** A place, if one was given, and how many are taken. */
export interface GivenPlace {
  readonly place: number | undefined;
  readonly taken: number;
}

/** A client as another thread than its own sees it. */
export interface DistantClient {
  /** Names it among all clients of the server. */
  readonly key: string;
  readonly peer: string;
  readonly hostname: string;
  readonly localAddress: Deno.NetAddr;
}

/** A request that another thread answers. */
export interface PassedRequest {
  readonly client: DistantClient;
  readonly request: Omit<RtspRequest, "headers">;
  readonly headers: readonly HeaderField[];
}

/** How an engine starts. */
export interface EngineStart {
  /** Its number, from 0. */
  readonly number: number;
  readonly settings: EngineSettings;
  /** Engines of the server: where there are more, they listen on the same port. */
  readonly threads: number;
  /** Counts the sessions of all engines. */
  readonly sessionCounter: Int32Array<SharedArrayBuffer>;
  /** Live sources. */
  readonly live: readonly LivePipe[];
}

/** Where what an engine says goes. */
export interface EnginePorts {
  /** Answers what it asks for: {@linkcode HostApi}. */
  readonly host: MessagePort;
  readonly log: LogTarget;
  /** Takes what it captures; without it, nothing is captured. */
  readonly capture?: CapturePipe;
}

/** What the host asks of an engine. */
export interface EngineApi extends Overview {
  /** Listens, and serves from then on. Resolves with where. */
  start(start: EngineStart, ports: EnginePorts): Promise<Deno.NetAddr>;
  /** Who does nothing. */
  idle(kind: PlaceKind): Promise<IdleOccupant[]>;
  /** Ends the occupant of a place if it still does nothing. Whether it has. */
  dismiss(kind: PlaceKind, place: number): boolean;
  /** Answers the request of another engine's client. */
  respondFor(passed: PassedRequest): Promise<RtspReply>;
  /** A client of another engine has left. */
  forget(client: string, reason: string): void;
  /** Serves a live source from now on, until it ends. */
  addLive(pipe: LivePipe): void;
  /** A thread of {@linkcode HostApi.openTranscoder} has failed. */
  transcoderFailed(transcoder: number, reason: string): void;
  /** Ends all sessions and connections. */
  close(): Promise<void>;
  /** Fails, for tests. */
  crash(): void;
}

/** What an engine asks of the host. */
export interface HostApi {
  /** Resolves behind the answers to all that was asked before. */
  answerAll(): void;
  /** Whether there is a place for an address, or somebody idle would give way. */
  hasRoom(kind: PlaceKind, hostname: string): Promise<boolean>;
  /** Takes a place for an address. */
  takePlace(kind: PlaceKind, hostname: string): Promise<GivenPlace>;
  /** Gives a place back. */
  leavePlace(kind: PlaceKind, place: number): void;
  /** There will be fewer places. */
  shrink(kind: PlaceKind): Promise<Shrunk>;
  /** Indexes a file; `task` names the work for {@linkcode HostApi.stopIndexing}. */
  index(path: string, task: number): Promise<{ readonly version: FileVersion; readonly stored: StoredIndex }>;
  /** Lists the frames of a movie of another codec, as {@linkcode HostApi.index} does. */
  listMovie: HostApi["index"];
  /** Decodes a frame of a movie that was listed, counted from 0. */
  decodeFrame(movie: ListedMovie, index: number): Promise<Uint8Array>;
  /** Nobody waits for an index any more. */
  stopIndexing(task: number): void;
  /** Draws a frame of the test source, counted from 0. */
  drawTestFrame(index: number): Promise<Uint8Array>;
  /** Starts a thread that conditions the frames that come from `port`. */
  openTranscoder(transcoder: number, port: MessagePort): void;
  /** Ends it. */
  closeTranscoder(transcoder: number): void;
  /** Publishes what comes through a pipe at all engines, for a client at an address. Resolves with whether it does. */
  publish(pipe: LivePipe, hostname: string): Promise<Published>;
  /** Has another engine answer a request. */
  passOn(engine: number, passed: PassedRequest): Promise<RtspReply>;
  /** The engine that says so cannot go on. */
  fail(reason: string): void;
  /** Tells another engine that a client has left. */
  forget(engine: number, client: string, reason: string): void;
}

/** How the host starts. */
export interface HostStart {
  readonly settings: EngineSettings;
  /** Engines to start. */
  readonly threads: number;
  /** Live sources. */
  readonly live: readonly LivePipe[];
  /** Places for clients and for sessions. */
  readonly places: Readonly<Record<PlaceKind, PlaceLimits>>;
}

/** Where what the host and its engines say goes. */
export interface HostPorts extends Omit<EnginePorts, "host"> {
  /** Starts threads: see thread_lender.ts. */
  readonly lender: MessagePort;
}

/** What the main thread asks of the host. */
export interface HostControl {
  /** Starts all engines, in threads that the lender starts. Resolves with where they listen. */
  start(start: HostStart, ports: HostPorts): Promise<Deno.NetAddr>;
  /** A thread that the lender has started has failed. */
  threadFailed(number: number, reason: string): void;
  /** Resolves when an engine cannot be had any more, with the reason; never while all is well. */
  failure(): Promise<string>;
  /** Tells whoever asks through a port of the whole server: see {@linkcode Overview}. */
  observe(port: MessagePort): void;
  /** Starts a thread beside the engines, which gets a number. Resolves with why it has failed, once it has. */
  runThread(number: number, plan: ThreadPlan, port: MessagePort): Promise<string>;
  /** Ends it where it is. */
  endThread(number: number): void;
  /** Ends all engines. */
  close(): Promise<void>;
  /** Has an engine fail, for tests. */
  crash(engine: number): Promise<void>;
}
