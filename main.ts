/**
 * `mjpegrtsp`: gives back every permission that the subcommand does not need, then runs it.
 *
 * @module
 */

import { permissionsFor, runCommandLine } from "./cli/commands.ts";

if (import.meta.main) {
  const needed: readonly string[] = permissionsFor(Deno.args);
  for (const name of ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const) {
    if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
  }
  Deno.exit(await runCommandLine(Deno.args));
}
