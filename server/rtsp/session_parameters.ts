/**
 * GET_PARAMETER and SET_PARAMETER (RFC 2326, 10.8 and 10.9): keep a session alive, and with `--lab-knobs` read and change the emulated
 * network of a session over UDP.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import {
  decodeNetwork,
  encodeNetwork,
  NETWORK_PARAMETERS,
  type NetworkValues,
  rangeText,
  SESSION_PARAMETERS,
} from "../../rtsp/fields/emulation_parameters.ts";
import { decodeParameters, encodeParameters, type Parameter, PARAMETERS_TYPE } from "../../rtsp/fields/parameters.ts";
import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspReply, RtspRequest } from "../../rtsp/message.ts";
import type { Impairments } from "../emulation/network_emulator.ts";
import { numberOf } from "../session/session_number.ts";
import type { Session } from "../session/session.ts";

const log = getLogger(["mjpegrtsp", "session"]);

/** A link whose impairments may be changed. */
export interface AdjustableLink {
  impairments: Impairments;
}

/** What such a request comes to. */
export type ParameterOutcome = Pick<RtspReply, "status" | "headers" | "body">;

/** The parameters of all sessions. */
export class SessionParameters {
  readonly #links = new WeakMap<Session, AdjustableLink>();

  /** The client of a session may change its link from now on. */
  add(session: Session, link: AdjustableLink): void {
    this.#links.set(session, link);
  }

  /** What the reply to SETUP tells of a session's parameters. */
  fieldsOf(session: Session): HeaderField[] {
    if (!this.#links.has(session)) return [];
    return [[SESSION_PARAMETERS, NETWORK_PARAMETERS.map(({ name }) => name).join(", ")]];
  }

  /**
   * Answers a request of a session's client. 451 for parameters that the session does not have, or not with such a value; then nothing
   * is changed, and the body has what may be had.
   */
  answer(session: Session, { method, headers, body }: RtspRequest): ParameterOutcome {
    if (body.trim() === "") return { status: 200 };
    const type = headers.get("Content-Type")?.split(";", 1)[0].trim().toLowerCase() ?? PARAMETERS_TYPE;
    if (type !== PARAMETERS_TYPE) return { status: 415 };
    let parameters;
    try {
      parameters = decodeParameters(body);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { status: 400 };
    }
    return method === "GET_PARAMETER" ? this.#read(session, parameters) : this.#change(session, parameters);
  }

  #read(session: Session, asked: readonly Parameter[]): ParameterOutcome {
    const link = this.#links.get(session);
    const all = new Map(link === undefined ? [] : encodeNetwork(valuesOf(link.impairments)));
    const unknown = asked.filter(([name]) => !all.has(name));
    if (unknown.length > 0) return refuse(unknown.map(([name]) => [name, ""]));
    return { status: 200, ...bodyOf(asked.map(([name]) => [name, all.get(name)!])) };
  }

  #change(session: Session, parameters: readonly Parameter[]): ParameterOutcome {
    const link = this.#links.get(session);
    if (link === undefined) return refuse(parameters.map(([name]) => [name, ""]));
    const { values, refused } = decodeNetwork(parameters);
    if (refused.length > 0) {
      return refuse(refused.map(([name]) => {
        const known = NETWORK_PARAMETERS.find((parameter) => parameter.name === name);
        return [name, known === undefined ? "" : rangeText(known)];
      }));
    }
    const { rate, ...rest } = { ...valuesOf(link.impairments), ...values };
    link.impairments = { ...rest, rate: rate === 0 ? undefined : rate };
    log.info("session {number} has another network now: {parameters}", {
      number: numberOf(session),
      parameters: encodeNetwork(values).map(([name, value]) => `${name} ${value}`).join(", "),
    });
    return { status: 200 };
  }
}

function valuesOf({ rate = 0, ...rest }: Impairments): NetworkValues {
  return { ...rest, rate };
}

function refuse(parameters: readonly Parameter[]): ParameterOutcome {
  return { status: 451, ...bodyOf(parameters) };
}

function bodyOf(parameters: readonly Parameter[]): Pick<ParameterOutcome, "headers" | "body"> {
  return { headers: [["Content-Type", PARAMETERS_TYPE]], body: encodeParameters(parameters) };
}
