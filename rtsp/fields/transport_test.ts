import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeTransports, encodeTransport, type TransportSpec } from "./transport.ts";

/** Both directions: what is written, and what it is read as. */
const GOLDEN: readonly { text: string; spec: TransportSpec }[] = [
  {
    text: "RTP/AVP;unicast;client_port=5000-5001",
    spec: { protocol: "udp", isMulticast: false, clientPort: [5000, 5001] },
  },
  {
    text: 'RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=0000BEEF;mode="PLAY"',
    spec: {
      protocol: "udp",
      isMulticast: false,
      clientPort: [5000, 5001],
      serverPort: [6000, 6001],
      ssrc: 0xbeef,
      mode: "PLAY",
    },
  },
  {
    text: "RTP/AVP/TCP;unicast;interleaved=2-3",
    spec: { protocol: "tcp", isMulticast: false, interleaved: [2, 3] },
  },
  {
    text: "RTP/AVP;multicast;destination=239.1.2.3;source=10.0.0.1;port=7000-7001;ttl=16",
    spec: {
      protocol: "udp",
      isMulticast: true,
      destination: "239.1.2.3",
      source: "10.0.0.1",
      port: [7000, 7001],
      ttl: 16,
    },
  },
];

/** What is told of a way, without what is not. */
function told(spec: TransportSpec): Partial<TransportSpec> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

for (const { text, spec } of GOLDEN) {
  Deno.test(`encodeTransport() and decodeTransports() agree on ${text}`, () => {
    assertEquals(encodeTransport(spec), text);
    assertEquals(decodeTransports(text).map(told), [{ ...spec }]);
  });
}

const VARIANTS: readonly { title: string; text: string; specs: Partial<TransportSpec>[] }[] = [
  {
    title: "UDP by name, spaces and capitals",
    text: "rtp/avp/udp; Unicast; Client_Port=5000-5001",
    specs: [{ protocol: "udp", isMulticast: false, clientPort: [5000, 5001] }],
  },
  {
    title: "one port, whose RTCP is the next",
    text: "RTP/AVP;unicast;client_port=5000",
    specs: [{ protocol: "udp", isMulticast: false, clientPort: [5000, 5001] }],
  },
  {
    title: "several offers in order, unknown ones ignored",
    text: "RTP/SAVP;unicast;client_port=1-2,RTP/AVP/TCP;interleaved=0-1,RTP/AVP;client_port=3000-3001",
    specs: [
      { protocol: "tcp", isMulticast: false, interleaved: [0, 1] },
      { protocol: "udp", isMulticast: false, clientPort: [3000, 3001] },
    ],
  },
  {
    title: "a mode without quotes",
    text: "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
    specs: [{ protocol: "tcp", isMulticast: false, interleaved: [0, 1], mode: "RECORD" }],
  },
  {
    title: "ports and channels out of range as none",
    text: "RTP/AVP/TCP;unicast;interleaved=255-256;client_port=70000-70001",
    specs: [{ protocol: "tcp", isMulticast: false }],
  },
  { title: "nothing", text: "", specs: [] },
  { title: "junk", text: ";;,=,RTP/AVP=", specs: [] },
];

for (const { title, text, specs } of VARIANTS) {
  Deno.test(`decodeTransports() reads ${title}`, () => assertEquals(decodeTransports(text).map(told), specs));
}

Deno.test("decodeTransports() survives any text", () => {
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => void decodeTransports(`RTP/AVP;${text}`)));
});

for (const name of ["mode", "destination", "source"] as const) {
  Deno.test(`encodeTransport() and decodeTransports() agree on any ${name}, whatever quotes and commas are in it`, () => {
    for (
      const value of ['"A,B"', '""",C="D"', '""A,B"",C=', '"""",NONCE="B"', '" A "', '"A', 'A""B', '""', '"";x', '"A,B']
    ) {
      for (const spec of decodeTransports(`RTP/AVP;${name}=${value}`)) {
        assertEquals(decodeTransports(encodeTransport(spec)), [spec], value);
      }
    }
  });
}

Deno.test("decodeTransports() does not split at commas in quotes", () => {
  const [first, second, ...others] = decodeTransports(
    'RTP/AVP/TCP;mode="PLAY,RECORD";interleaved=0-1,RTP/AVP;client_port=4-5',
  );
  assertEquals([first.mode, first.interleaved, second.clientPort, others], ["PLAY,RECORD", [0, 1], [4, 5], []]);
});
