/**
 * The catalogue: what is served, as the answer to a DESCRIBE of the server itself, `rtsp://HOST:PORT/`, by clients that name one of
 * its forms in `Accept` (RFC 2326, 12.1). Others get the description of a stream, as ever.
 *
 * `application/json` has an object for each stream. What is not known is left out, and a duration without an end is null:
 *
 *     {"total":1,"streams":[
 *     {"name":"movie.mjpeg","url":"rtsp://127.0.0.1:1025/movie.mjpeg","duration":20,"width":640,"height":480,"frameRate":20}
 *     ]}
 *
 * `text/uri-list` (RFC 2483) has the URLs, one a line.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { encodeSegment } from "../../rtsp/fields/uri.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { receivedSize } from "../../rtp/jpeg/jpeg_payload.ts";
import { CATALOG_PATIENCE_MS, MAX_CATALOG_BYTES } from "../limits.ts";
import type { Client } from "../session/client.ts";
import type { SessionFactory } from "../session/session_factory.ts";
import { TEST_SOURCE_NAME } from "../source/test_source.ts";
import type { StreamDescriber } from "./stream_describer.ts";
import { contentBase } from "./tracks.ts";

/** Forms of the catalogue, by their media types. */
const FORMS: readonly CatalogForm[] = ["application/json", "text/uri-list"];

/** A form of the catalogue. */
export type CatalogForm = "application/json" | "text/uri-list";

/** A stream of the catalogue, as it is written in JSON. */
export interface CatalogStream {
  readonly name: string;
  readonly url: string;
  /** Length, in seconds; null where it has no end. */
  readonly duration?: number | null;
  /** Size of its first frame as it is sent, in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Frames a second. */
  readonly frameRate?: number;
}

/** Constructor options of {@linkcode CatalogDescriber}. */
export interface CatalogDescriberOptions {
  readonly factory: SessionFactory;
  /** Looks at first frames. */
  readonly describer: StreamDescriber;
  /** Times out the looks into files. */
  readonly clock: Clock;
}

/** Lists what is served. */
export class CatalogDescriber {
  readonly #options: CatalogDescriberOptions;

  constructor(options: CatalogDescriberOptions) {
    this.#options = options;
  }

  /** The reply to a DESCRIBE of the server itself. */
  async describe(client: Client, { cseq, uri }: RtspRequest, form: CatalogForm): Promise<RtspReply> {
    const listed = await this.#options.factory.listed();
    // It is always there, and nobody waits for its end.
    const wanted = listed.length === 1 ? listed : listed.filter(({ name }) => name !== TEST_SOURCE_NAME);
    const base = contentBase(uri);
    const streams = wanted.map(({ name, isLive }) => ({
      name,
      url: base + encodedName(name),
      // To look at a live source may mean to connect to a camera.
      ...isLive ? { duration: null } : {},
    }));
    const body = form === "text/uri-list"
      ? listOf(streams.map(({ url }) => url))
      : jsonOf(await this.#lookAtAll(client, streams), wanted.length);
    return { status: 200, cseq, session: undefined, headers: [["Content-Base", base], ["Content-Type", form]], body };
  }

  /** What is known of streams in a while; those that cannot be played are left out. */
  async #lookAtAll(client: Client, streams: readonly CatalogStream[]): Promise<CatalogStream[]> {
    const late = Promise.withResolvers<"late">();
    const cancel = this.#options.clock.after(CATALOG_PATIENCE_MS, () => late.resolve("late"));
    const seen: CatalogStream[] = [];
    try {
      for (const stream of streams) {
        const looking = stream.duration === null ? Promise.resolve(stream) : this.#lookAt(client, stream);
        looking.catch(() => {/* where it is late, nobody waits for it */});
        const found = await Promise.race([late.promise, looking]);
        if (found === "late") return [...seen, ...streams.slice(streams.indexOf(stream))];
        if (found !== undefined) seen.push(found);
      }
      return seen;
    } finally {
      cancel();
    }
  }

  async #lookAt(client: Client, stream: CatalogStream): Promise<CatalogStream | undefined> {
    const { factory, describer } = this.#options;
    const source = await factory.findSource(client, stream.name);
    if (typeof source === "number") return undefined;
    const { frameRate } = source;
    // It has come in the place of a file.
    if (source.isLive) return { ...stream, duration: null };
    const frame = await describer.lookAt(client, source);
    if (typeof frame === "number") return undefined;
    const duration = source.loops || source.grows ? null : source.times.durationUs / 1e6;
    return { ...stream, duration, ...receivedSize(frame.size), frameRate };
  }
}

/** The form that a client asks for; `undefined` where it asks for none, or for a description of a stream first. */
export function catalogForm(accept: string | undefined): CatalogForm | undefined {
  const types = (accept ?? "").split(",").map((range) => range.split(";", 1)[0].trim().toLowerCase());
  const known: readonly string[] = [...FORMS, "application/sdp"];
  const first = types.find((type) => known.includes(type));
  return FORMS.find((form) => form === first);
}

function encodedName(name: string): string {
  return name.split("/").map(encodeSegment).join("/");
}

function listOf(urls: readonly string[]): string {
  return withinBytes(urls.map((url) => `${url}\r\n`)).join("");
}

function jsonOf(streams: readonly CatalogStream[], total: number): string {
  const lines = withinBytes(streams.map((stream) => `${JSON.stringify(stream)},\n`)).join("");
  return `{"total":${total},"streams":[\n${lines.replace(/,\n$/, "\n")}]}\n`;
}

/** The first lines that a catalogue has room for. */
function withinBytes(lines: readonly string[]): string[] {
  let left = MAX_CATALOG_BYTES;
  const encoder = new TextEncoder();
  const end = lines.findIndex((line) => (left -= encoder.encode(line).length) < 0);
  return lines.slice(0, end < 0 ? lines.length : end);
}
