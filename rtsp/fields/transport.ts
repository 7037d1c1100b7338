/**
 * The Transport header (RFC 2326, 12.39), both ways.
 *
 * @module
 */

/** Two ports or channels, the second for RTCP. */
export type Pair = readonly [rtp: number, rtcp: number];

/** One transport that a client offers or a server has chosen. Parameters that were not given are `undefined`. */
export interface TransportSpec {
  /** `tcp`: interleaved with the messages (RFC 2326, 10.12). */
  readonly protocol: "udp" | "tcp";
  readonly isMulticast: boolean;
  /** UDP ports of the client. */
  readonly clientPort?: Pair;
  /** UDP ports of the server. */
  readonly serverPort?: Pair;
  /** UDP ports of a multicast group. */
  readonly port?: Pair;
  /** Channels of the TCP connection, 0 to 255. */
  readonly interleaved?: Pair;
  /** Where packets go, other than to the peer. */
  readonly destination?: string;
  /** Where packets come from, other than from the peer. */
  readonly source?: string;
  /** Hops of a packet to a group. */
  readonly ttl?: number;
  /** The sender's SSRC. */
  readonly ssrc?: number;
  /** `PLAY`, `RECORD`, or both with a comma between, in capitals. */
  readonly mode?: string;
}

/** The header value for one transport. */
export function encodeTransport(spec: TransportSpec): string {
  // Commas separate transports: a value that has one is quoted.
  const text = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`${name}=${value.includes(",") ? `"${value}"` : value}`];
  const pair = (name: string, ports: Pair | undefined) =>
    ports === undefined ? [] : [`${name}=${ports[0]}-${ports[1]}`];
  return [
    spec.protocol === "tcp" ? "RTP/AVP/TCP" : "RTP/AVP",
    spec.isMulticast ? "multicast" : "unicast",
    ...text("destination", spec.destination),
    ...text("source", spec.source),
    ...pair("interleaved", spec.interleaved),
    ...pair("port", spec.port),
    ...pair("client_port", spec.clientPort),
    ...pair("server_port", spec.serverPort),
    ...(spec.ttl === undefined ? [] : [`ttl=${spec.ttl}`]),
    ...(spec.ssrc === undefined ? [] : [`ssrc=${spec.ssrc.toString(16).padStart(8, "0").toUpperCase()}`]),
    ...(spec.mode === undefined ? [] : [`mode="${spec.mode}"`]),
  ].join(";");
}

/** The transports of a header, in order. Those other than RTP/AVP over UDP or TCP are ignored. */
export function decodeTransports(header: string): TransportSpec[] {
  return (header.match(/(?:"[^"]*"|[^",])+/g) ?? []).flatMap((text) => decodeTransport(text) ?? []);
}

function decodeTransport(text: string): TransportSpec | undefined {
  const [protocol, ...parameters] = text.split(";").map((part) => part.trim());
  const match = /^RTP\/AVP(?:\/(UDP|TCP))?$/i.exec(protocol);
  if (match === null) return undefined;
  const values = new Map(parameters.map((parameter) => {
    const equals = parameter.indexOf("=");
    const [name, value] = equals < 0 ? [parameter, ""] : [parameter.slice(0, equals), parameter.slice(equals + 1)];
    return [name.trim().toLowerCase(), value.replaceAll('"', "").trim()] as const;
  }));
  const isTcp = match[1]?.toUpperCase() === "TCP";
  return {
    protocol: isTcp ? "tcp" : "udp",
    // The default of RFC 2326 is multicast, but peers that do not say so mean unicast.
    isMulticast: values.has("multicast"),
    clientPort: decodePair(values.get("client_port"), 65_535),
    serverPort: decodePair(values.get("server_port"), 65_535),
    port: decodePair(values.get("port"), 65_535),
    interleaved: decodePair(values.get("interleaved"), 255),
    destination: values.get("destination") || undefined,
    source: values.get("source") || undefined,
    ttl: decodeNumber(values.get("ttl"), 255),
    ssrc: /^[0-9a-f]{1,8}$/i.test(values.get("ssrc") ?? "") ? parseInt(values.get("ssrc")!, 16) : undefined,
    mode: values.get("mode")?.toUpperCase() || undefined,
  };
}

/** `5000-5001`, or `5000` alone: RTCP then has the next port. */
function decodePair(text: string | undefined, max: number): Pair | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? "");
  if (match === null) return undefined;
  const first = Number(match[1]);
  const second = match[2] === undefined ? first + 1 : Number(match[2]);
  return first <= max && second <= max ? [first, second] : undefined;
}

function decodeNumber(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}
