/**
 * Answers the networking lab's clients: what their requests do, and with which status. The four methods of the lab, and those that
 * forks have beside them (docs/LAB.md).
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { LabLines, RtspReply, RtspRequest } from "../../rtsp/message.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { sourceName } from "../rtsp/tracks.ts";
import type { StreamDescriber } from "../rtsp/stream_describer.ts";
import type { Client } from "../session/client.ts";
import { forkOfList, playLines, setupLines, switchLines } from "./lab_fork.ts";
import { type ListForm, listLines } from "./lab_list.ts";
import { isSpeedMethod, type LabPlayback } from "./lab_playback.ts";
import { LabSetup, type LabSetupOptions } from "./lab_setup.ts";
import { type LabVisit, newVisit } from "./lab_visit.ts";

const log = getLogger(["mjpegrtsp", "server"]);

/** What OPTIONS lists: what every client of the lab may ask for. */
const PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN";

/** Constructor options of {@linkcode LabResponder}. */
export interface LabResponderOptions extends LabSetupOptions {
  /** Answers DESCRIBE. */
  readonly describer: StreamDescriber;
}

/** A request with what is known of its client. */
interface Asked {
  readonly client: Client;
  readonly visit: LabVisit;
  /** With the name only, where the client wrote a URL. */
  readonly request: RtspRequest;
}

/** What a request comes to. */
type Outcome = StatusCode | { readonly status: StatusCode; readonly labLines?: LabLines };

/** The lab's side of the server. */
export class LabResponder {
  readonly #options: LabResponderOptions;
  readonly #setup: LabSetup;
  readonly #visits = new WeakMap<Client, LabVisit>();

  constructor(options: LabResponderOptions) {
    this.#options = options;
    this.#setup = new LabSetup(options);
  }

  /** Does what a request asks for and says how to answer. */
  async respond(client: Client, request: RtspRequest): Promise<RtspReply> {
    const visit = this.#visits.get(client) ?? newVisit();
    this.#visits.set(client, visit);
    const asked = { client, visit, request: { ...request, uri: sourceName(request.uri) ?? request.uri } };
    if (request.method === "DESCRIBE") return await this.#describe(asked);
    // TEARDOWN is answered with the session that it ends.
    const before = client.labSession?.id;
    const outcome = await this.#carryOut(asked);
    const { status, labLines } = typeof outcome === "number" ? { status: outcome } : outcome;
    const session = client.labSession?.id ?? before ?? visit.id ?? sessionOfList(request, labLines);
    // In dialect B the number of one fork's SPEEDUP is no CSeq: it takes no reply.
    const cseq = isBareSpeed(request) ? undefined : request.cseq;
    return { status, cseq, session, labLines };
  }

  async #carryOut(asked: Asked): Promise<Outcome> {
    const { client, visit, request } = asked;
    switch (request.method) {
      case "OPTIONS":
        return { status: 200, labLines: { lines: [`Public: ${PUBLIC}`] } };
      case "SETUP": {
        const status = await this.#setup.setUp({ client, visit, name: request.uri }, request);
        const source = client.labSession?.source;
        return {
          status,
          labLines: status === 200 ? setupLines(visit.fork, source!, this.#options.setupLine) : undefined,
        };
      }
      case "CONNECT":
        return this.#setup.connect({ client, visit }, request);
      case "GETLIST":
        return { status: 200, labLines: await this.#list("lines") };
      case "LIST": {
        const { fork, form } = forkOfList(request);
        if (visit.fork === "plain") visit.fork = fork;
        return { status: 200, labLines: await this.#list(form) };
      }
      case "SWITCH":
      case "CHANGE":
        return await this.#switch(asked);
      default:
        return await this.#applyToSession(asked);
    }
  }

  /** SWITCH and CHANGE name the movie that a client changes to; forks that name the one they have, or have none, want a list. */
  async #switch({ client, visit, request }: Asked): Promise<Outcome> {
    const session = client.labSession;
    const has = session?.source.name ?? (visit.id === undefined ? "" : undefined);
    if (request.uri === "" || has === "" || has?.toLowerCase() === request.uri.toLowerCase()) {
      if (session?.state === "PLAYING") await visit.playback?.pause();
      visit.maySetUpAgain = true;
      const form = request.method === "CHANGE" ? "words" : session === undefined ? "names" : "movies";
      return { status: 200, labLines: await this.#list(form) };
    }
    const isPlaying = session?.state === "PLAYING";
    const status = await this.#setup.switchTo({ client, visit, name: request.uri });
    // The fork that reads JSON stops, and sets up again to go on.
    if (status === 200 && isPlaying && visit.fork !== "json") await visit.playback?.takeOver();
    return { status, labLines: status === 200 ? switchLines(visit.fork, client.labSession!.source) : undefined };
  }

  async #applyToSession({ client, visit, request }: Asked): Promise<Outcome> {
    const { method, session: id } = request;
    const { peer } = client.connection;
    const session = client.labSession;
    const act = ACTIONS[method];
    if (act === undefined) {
      log.warn("{peer} asked for {method}, which this server does not have", { peer, method });
      return 501;
    }
    if (id !== undefined && id !== (session?.id ?? visit.id)) {
      log.warn("{peer} sent {method} for a session that it does not have", { peer, method });
      return 454;
    }
    const outcome = session === undefined || visit.playback === undefined ? 455 : await act({
      visit,
      playback: visit.playback,
      request,
      end: () => this.#options.registry.end(session, "torn down"),
    });
    if (outcome === 455) {
      log.warn("{peer} sent {method} in state {state}", { peer, method, state: session?.state ?? "INIT" });
    }
    return outcome;
  }

  async #describe({ client, visit, request }: Asked): Promise<RtspReply> {
    const session = client.labSession;
    const name = request.uri === "" ? session?.source.name ?? "" : request.uri;
    const reply = await this.#options.describer.describe(client, { ...request, uri: name }, name);
    const described = { ...reply, session: session?.id };
    if (visit.fork !== "json" || reply.status !== 200) return described;
    const lines = [JSON.stringify({ streams: "video", encoding: "JPEG" })];
    return { ...described, body: undefined, labLines: { lines, endsLastLine: false } };
  }

  async #list(form: ListForm): Promise<LabLines> {
    return listLines(await this.#options.factory.movieNames(), form);
  }
}

/** A session that a request acts on. */
interface Acting {
  readonly visit: LabVisit;
  readonly playback: LabPlayback;
  readonly request: RtspRequest;
  /** Ends the session. */
  readonly end: () => void;
}

type Action = (acting: Acting) => Outcome | Promise<Outcome>;

const seek: Action = ({ playback, request }) => playback.seek(request);
const tearDown: Action = ({ end }) => {
  end();
  return 200;
};
const changeSpeed: Action = ({ playback, request }) =>
  playback.changeSpeed(request.method, isBareSpeed(request) ? request.cseq : undefined);

/** What each method does to a session. */
const ACTIONS: Readonly<Record<string, Action>> = {
  async PLAY({ visit, playback, request }) {
    const status = await playback.play(request);
    return { status, labLines: status === 200 ? playLines(visit.fork, playback.session.source) : undefined };
  },
  PAUSE: ({ playback }) => playback.session.state === "PLAYING" ? playback.pause() : 455,
  TEARDOWN: tearDown,
  BREAKDOWN: tearDown,
  STOP({ visit, playback }) {
    // Some forks go on with PLAY, others with SETUP.
    visit.maySetUpAgain = true;
    return playback.stop();
  },
  ...{ FORWARD: seek, BACKWARD: seek, REVERSE: seek, PREVIOUS: seek, SCRUB: seek, SETTIME: seek, RESTART: seek },
  ...{ SPEEDUP: changeSpeed, SLOWDOWN: changeSpeed, NORMAL: changeSpeed },
};

/** `SPEEDUP \n2`: twice as fast, without a CSeq. */
function isBareSpeed({ method, dialect, uri }: RtspRequest): boolean {
  return isSpeedMethod(method) && dialect === "lab-b" && uri === "";
}

/** A client that has torn its session down and asks for a list takes a reply with the number that it had. */
function sessionOfList({ session }: RtspRequest, lines: LabLines | undefined): string | undefined {
  return lines !== undefined && /^\d{1,9}$/.test(session ?? "") ? session : undefined;
}
