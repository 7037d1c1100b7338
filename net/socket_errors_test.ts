import { assert, assertEquals } from "@std/assert";
import { connect } from "node:net";
import { isOfOneConnection, isOfPeerThatLeft, isOutOfDescriptors, isUnreachable } from "./socket_errors.ts";

/** What `failing` rejects with. */
async function errorOf(failing: Promise<unknown>): Promise<unknown> {
  try {
    await failing;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail");
}

Deno.test("isOfOneConnection() knows the error of accept() for a connection that was reset", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = Promise.withResolvers<void>();
  const socket = connect(listener.addr.port, "127.0.0.1", () => socket.resetAndDestroy());
  socket.once("close", () => closed.resolve());
  await closed.promise;
  const error = await errorOf(listener.accept());
  assertEquals([isOfOneConnection(error), isOutOfDescriptors(error)], [true, false]);
});

Deno.test("isOfPeerThatLeft() knows the error of reading a connection that was reset", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [connected, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const socket = connect(listener.addr.port, "127.0.0.1", connected.resolve);
  using conn = await listener.accept();
  await connected.promise;
  socket.once("close", () => closed.resolve());
  socket.resetAndDestroy();
  await closed.promise;
  assert(isOfPeerThatLeft(await errorOf(conn.read(new Uint8Array(1)))));
});

Deno.test("isOutOfDescriptors() goes by the code, and other errors mean neither", () => {
  const withCode = (code: string) => Object.assign(new Error("Too many open files (os error 24)"), { code });
  assertEquals(["EMFILE", "ENFILE", "EACCES"].map(withCode).map(isOutOfDescriptors), [true, true, false]);
  for (const error of [new Error("EMFILE"), "EMFILE", undefined, new Deno.errors.AddrInUse("in use")]) {
    assertEquals([isOfOneConnection(error), isOutOfDescriptors(error), isOfPeerThatLeft(error)], [false, false, false]);
  }
});

Deno.test("isUnreachable() goes by the code", () => {
  const withCode = (code: string) => Object.assign(new Error("x"), { code });
  assertEquals(["ENETUNREACH", "EADDRNOTAVAIL", "ECONNREFUSED"].map(withCode).map(isUnreachable), [true, true, false]);
});
