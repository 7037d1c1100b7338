/**
 * What a server in this process does in real time between two timers of its clock: it reads frames, transcodes and sends them.
 * A test that turns the clock waits for it, so that neither a busy machine nor a slow file comes between.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { RtspResponder } from "../../server/rtsp/rtsp_responder.ts";
import { Conditioner } from "../../server/packetize/conditioner.ts";
import { MulticastStream } from "../../server/session/multicast_stream.ts";
import { SessionRegistry } from "../../server/session/session_registry.ts";
import { FileSound } from "../../server/source/files/file_sound.ts";
import { FileSource } from "../../server/source/files/file_source.ts";
import { TestSource } from "../../server/source/test_source.ts";
import { until } from "./until.ts";

/** Whoever receives from the server, and is to have all of it before the clock goes on. */
export interface ServerReceiver {
  /** Its port, of TCP or of UDP. */
  readonly port: number;
  /** Datagrams or bytes received so far; `undefined` where it reads nothing for now. */
  readonly received: number | undefined;
}

/** What was sent to a port. */
interface Sent {
  count: number;
  /** Calls that have not returned. */
  pending: number;
}

/** Watches all servers of this process, from its making until it is disposed of. */
export class ServerWork implements Disposable {
  /** Requests that have come. */
  requests = 0;
  /** Of those, the ones whose answers are known. */
  answers = 0;
  /** Reports that have kept a session. */
  signsOfLife = 0;
  readonly #restore = new DisposableStack();
  readonly #datagrams = new Map<number, Sent>();
  readonly #bytes = new Map<number, Sent>();
  readonly #udpReceivers: ServerReceiver[] = [];
  readonly #tcpReceivers: ServerReceiver[] = [];
  #underWay = 0;

  constructor() {
    for (const source of [FileSource.prototype, TestSource.prototype]) {
      this.#watch(source, "frame", (result) => this.#waitFor(result));
    }
    this.#watch(FileSound.prototype, "block", (result) => this.#waitFor(result));
    this.#watch(Conditioner.prototype, "condition", (result) => this.#waitFor(result));
    this.#watch(RtspResponder.prototype, "respond", (result) => {
      this.requests++;
      result.finally(() => this.answers++);
    });
    for (const taker of [SessionRegistry.prototype, MulticastStream.prototype]) {
      this.#watch(taker, "takeReport", (isKnown) => isKnown && this.signsOfLife++);
    }
    this.#watch(datagramConn(), "send", (result, _, [, to]) => {
      this.#waitFor(result);
      count(this.#datagrams, (to as Deno.NetAddr).port, result.then(() => 1, () => 0));
    });
  }

  /** Waits from now on for datagrams to this one, too. */
  addUdpReceiver(receiver: ServerReceiver): void {
    this.#udpReceivers.push(receiver);
  }

  /** Waits from now on for bytes to this one, too, which come to its `conn`. */
  addTcpReceiver(receiver: ServerReceiver, conn: Deno.TcpConn): void {
    if (this.#tcpReceivers.length === 0) {
      const prototype: Deno.TcpConn = Object.getPrototypeOf(conn);
      this.#watch(prototype, "write", (result, { remoteAddr }) => count(this.#bytes, remoteAddr.port, result));
    }
    this.#tcpReceivers.push(receiver);
  }

  /** Waits until nothing is under way. */
  async done(): Promise<void> {
    await turn();
    await until(() => this.#isDone(), { step: turn });
  }

  [Symbol.dispose](): void {
    this.#restore.dispose();
  }

  #isDone(): boolean {
    return this.#underWay === 0 &&
      this.#udpReceivers.every((receiver) => hasAll(receiver, this.#datagrams.get(receiver.port))) &&
      this.#tcpReceivers.every((receiver) => hasAll(receiver, this.#bytes.get(receiver.port)));
  }

  #waitFor(result: unknown): void {
    if (!(result instanceof Promise)) return;
    this.#underWay++;
    const done = () => this.#underWay--;
    result.then(done, done);
  }

  /** Has `onCall` look at each call of a method. */
  #watch<Type extends object, Name extends keyof Type>(
    prototype: Type,
    name: Name,
    onCall: (result: ResultOf<Type[Name]>, object: Type, args: ArgumentsOf<Type[Name]>) => void,
  ): void {
    const method = prototype[name] as (...args: ArgumentsOf<Type[Name]>) => ResultOf<Type[Name]>;
    const isOwn = Object.hasOwn(prototype, name);
    prototype[name] = function (this: Type, ...args: ArgumentsOf<Type[Name]>) {
      const result = method.apply(this, args);
      onCall(result, this, args);
      return result;
    } as Type[Name];
    this.#restore.defer(() => {
      if (isOwn) prototype[name] = method as Type[Name];
      else delete prototype[name];
    });
  }
}

type ResultOf<Method> = Method extends (...args: never[]) => infer Result ? Result : never;
type ArgumentsOf<Method> = Method extends (...args: infer Arguments) => unknown ? Arguments : never;

function hasAll({ received }: ServerReceiver, sent: Sent | undefined): boolean {
  return sent === undefined || received === undefined || sent.pending === 0 && received >= sent.count;
}

function count(counts: Map<number, Sent>, port: number, result: Promise<number>): void {
  const sent = counts.get(port) ?? { count: 0, pending: 0 };
  counts.set(port, sent);
  sent.pending++;
  const done = (more: number) => {
    sent.pending--;
    sent.count += more;
  };
  result.then(done, () => done(0));
}

/** The prototype of all UDP sockets. */
function datagramConn(): Deno.DatagramConn {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  socket.close();
  return Object.getPrototypeOf(socket);
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
