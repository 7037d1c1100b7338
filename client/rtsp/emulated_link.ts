/**
 * The emulated network of a session, at a server of ours that lets its clients change it (`serve --lab-knobs`).
 *
 * @module
 */

import {
  decodeNetwork,
  encodeNetwork,
  NETWORK_PARAMETERS,
  type NetworkValues,
  SESSION_PARAMETERS,
} from "../../rtsp/fields/emulation_parameters.ts";
import { decodeParameters, encodeParameters } from "../../rtsp/fields/parameters.ts";
import type { RtspResponse } from "../../rtsp/message.ts";
import type { ServerSession } from "./server_session.ts";

/** What a link is while a server tells nothing else. */
const PERFECT: NetworkValues = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0, jitterMs: 0, rate: 0 };

/** Knows what the server has granted. */
export class EmulatedLink {
  readonly #session: ServerSession;
  #values = PERFECT;

  private constructor(session: ServerSession) {
    this.#session = session;
  }

  /** What the server does to packets. */
  get values(): NetworkValues {
    return this.#values;
  }

  /** Asks the server what it does, if the reply to SETUP tells that a session has such a network. */
  static async open(session: ServerSession, { headers }: RtspResponse): Promise<EmulatedLink | undefined> {
    const names = (headers.get(SESSION_PARAMETERS) ?? "").split(",").map((name) => name.trim().toLowerCase());
    const asked = NETWORK_PARAMETERS.filter(({ name }) => names.includes(name));
    if (asked.length === 0) return undefined;
    const link = new EmulatedLink(session);
    const { body } = await session.parameters("GET_PARAMETER", encodeParameters(asked.map(({ name }) => [name, ""])));
    link.#values = { ...PERFECT, ...decodeNetwork(decodeParameters(body)).values };
    return link;
  }

  /** Has the server do something else. Rejects where it refuses. */
  async change(values: Partial<NetworkValues>): Promise<void> {
    await this.#session.parameters("SET_PARAMETER", encodeParameters(encodeNetwork(values)));
    this.#values = { ...this.#values, ...values };
  }
}
