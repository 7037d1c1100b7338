import { assertEquals } from "@std/assert";
import { LOCAL_REPLY_TIMEOUT_MS } from "../limits.ts";
import { howToPlayFiles } from "./local_server.ts";

Deno.test("howToPlayFiles() plays over TCP, unless its user wants a port or another way", () => {
  const replyTimeoutMs = LOCAL_REPLY_TIMEOUT_MS;
  const asked = { transport: "auto", "rtp-port": undefined, timeout: 15 };
  assertEquals(howToPlayFiles(asked), { transport: "tcp", replyTimeoutMs });
  assertEquals(howToPlayFiles({ ...asked, transport: "udp" }), { transport: "udp", replyTimeoutMs });
  assertEquals(howToPlayFiles({ ...asked, "rtp-port": 5008 }), { transport: "auto", replyTimeoutMs });
  assertEquals(howToPlayFiles({ ...asked, timeout: 3600 }).replyTimeoutMs, 3_600_000);
});
