/**
 * The places of all engines of a server. Who is idle, only the engines know: they are asked where a place is missing, once for all who
 * wait for one.
 *
 * @module
 */

import { FairShare, type Idleness } from "../../places/fair_share.ts";
import { SHRUNK_FOR_MS } from "../../limits.ts";
import { fewerThan, type PlaceLimits, type Shrunk } from "../../places/places.ts";
import type { GivenPlace, IdleOccupant } from "../messages.ts";

/** Occupants that are asked to give way for one newcomer: each may have begun to do something meanwhile. */
const MAX_ASKED = 8;

/** Time after which there are made still fewer places, in milliseconds: those who left have to leave first. */
const SHRINK_PAUSE_MS = 200;

/** Constructor options of {@linkcode SharedPlaces}. */
export interface SharedPlacesOptions extends PlaceLimits {
  /** Milliseconds of a steady clock. */
  readonly nowMs: () => number;
  /** Asks an engine who is idle. */
  readonly idleOf: (engine: number) => Promise<readonly IdleOccupant[]>;
  /** Has an engine end the occupant of a place, if that is still idle. Resolves with whether it has. */
  readonly dismiss: (engine: number, place: number) => Promise<boolean>;
}

/** A place that is taken. */
interface Member {
  readonly number: number;
  readonly engine: number;
  readonly hostname: string;
  /** `undefined` for one that was not idle when its engine was asked. */
  idleness: Idleness | undefined;
}

/** Places of one kind. */
export class SharedPlaces {
  readonly #options: SharedPlacesOptions;
  readonly #members = new Map<number, Member>();
  readonly #share: FairShare<Member>;
  #lastNumber = 0;
  #asking: Promise<void> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** When there were last made fewer; `undefined` where there are as many as at first. */
  #shrunkMs: number | undefined;

  constructor(options: SharedPlacesOptions) {
    this.#options = options;
    const { max, addressShare } = options;
    this.#share = new FairShare({
      max,
      maxPerAddress: Math.ceil(max * addressShare),
      idleness: (member) => member.idleness,
    });
  }

  /** Whether there is a place for an address, or somebody idle would give way. */
  async hasRoom(hostname: string): Promise<boolean> {
    if (this.#roomFor(hostname).isFree) return true;
    await this.#ask();
    const room = this.#roomFor(hostname);
    return room.isFree || room.givesWay !== undefined;
  }

  /** Takes a place for an address, on behalf of an engine. */
  async take(engine: number, hostname: string): Promise<GivenPlace> {
    if (this.#roomFor(hostname).isFree) return { place: this.#add(engine, hostname), taken: this.#share.size };
    // One after the other: whoever is let in may be idle when the next one comes.
    const turn = this.#lastTurn.then(() => this.#takeFrom(engine, hostname));
    this.#lastTurn = turn.catch(() => {/* the next one stands for itself */});
    return await turn;
  }

  async #takeFrom(engine: number, hostname: string): Promise<GivenPlace> {
    if (!this.#roomFor(hostname).isFree) await this.#ask();
    for (let asked = 0; asked <= MAX_ASKED; asked++) {
      const room = this.#roomFor(hostname);
      if (room.isFree) return { place: this.#add(engine, hostname), taken: this.#share.size };
      if (room.givesWay === undefined) break;
      await this.#dismiss(room.givesWay);
    }
    return { place: undefined, taken: this.#share.size };
  }

  /** Gives a place back. */
  leave(number: number): void {
    const member = this.#members.get(number);
    if (member === undefined) return;
    this.#members.delete(number);
    this.#share.delete(member.hostname, member);
  }

  /** There will be fewer places than are taken now, but at least one. Engines that find that out at the same time mean the same. */
  async shrink(): Promise<Shrunk> {
    const share = this.#share;
    const { size: before } = share;
    const isFirst = this.#shrunkMs === undefined;
    if (isFirst || this.#options.nowMs() - this.#shrunkMs! > SHRINK_PAUSE_MS) {
      this.#shrunkMs = this.#options.nowMs();
      share.limit(fewerThan(before));
      await this.#ask();
      for (let next = share.idlest(); next !== undefined && share.size > share.max; next = share.idlest()) {
        await this.#dismiss(next);
      }
    }
    return { max: share.max, isDone: share.size < before, isFirst };
  }

  /** An engine is gone, and all that had places there. Returns how many those were. */
  leaveAll(engine: number): number {
    const gone = [...this.#members.values()].filter((member) => member.engine === engine);
    for (const { number } of gone) this.leave(number);
    return gone.length;
  }

  #roomFor(hostname: string): ReturnType<FairShare<Member>["roomFor"]> {
    const nowMs = this.#options.nowMs();
    if (this.#shrunkMs !== undefined && nowMs - this.#shrunkMs >= SHRUNK_FOR_MS) {
      this.#shrunkMs = undefined;
      this.#share.restore();
    }
    return this.#share.roomFor(hostname, nowMs);
  }

  #add(engine: number, hostname: string): number {
    const number = ++this.#lastNumber;
    const member: Member = { number, engine, hostname, idleness: undefined };
    this.#members.set(number, member);
    this.#share.add(hostname, member);
    return number;
  }

  async #dismiss(member: Member): Promise<void> {
    // Nobody else is to ask for the same one meanwhile.
    member.idleness = undefined;
    if (await this.#options.dismiss(member.engine, member.number)) this.leave(member.number);
  }

  /** Asks all engines who is idle; whoever comes meanwhile waits for the same answers. */
  #ask(): Promise<void> {
    return this.#asking ??= this.#askAll().finally(() => this.#asking = undefined);
  }

  async #askAll(): Promise<void> {
    const engines = [...new Set([...this.#members.values()].map(({ engine }) => engine))];
    const answers = await Promise.all(engines.map((engine) => this.#options.idleOf(engine)));
    const nowMs = this.#options.nowMs();
    for (const member of this.#members.values()) member.idleness = undefined;
    for (const { place, rank, patienceMs, silentMs } of answers.flat()) {
      const member = this.#members.get(place);
      if (member !== undefined) member.idleness = { rank, patienceMs, sinceMs: nowMs - silentMs };
    }
  }
}
