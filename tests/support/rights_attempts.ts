/**
 * Tries what a thread may be forbidden to do.
 *
 * @module
 */

/** Files to try. */
export interface TriedPaths {
  readonly read: readonly string[];
  /** They are opened, and left as they are. */
  readonly write: readonly string[];
}

/** What this thread could do: `listen`, `read PATH` and others. */
export function attemptAll({ read, write }: TriedPaths): string[] {
  const can: string[] = [];
  const attempt = (what: string, action: () => void) => {
    try {
      action();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) return;
      // It was allowed, and could not be done for another reason.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    can.push(what);
  };
  attempt("listen", () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
  attempt("bind", () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }).close());
  for (const path of read) attempt(`read ${path}`, () => Deno.openSync(path).close());
  for (const path of write) attempt(`write ${path}`, () => Deno.openSync(path, { append: true }).close());
  attempt("write", () => Deno.makeTempFileSync());
  attempt("env", () => Deno.env.get("HOME"));
  attempt("run", () => new Deno.Command("true").outputSync());
  attempt("sys", () => Deno.hostname());
  return can;
}
