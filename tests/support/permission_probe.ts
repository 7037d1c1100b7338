/**
 * Loaded before main.ts with `--preload`: tells, from inside the program, which permissions are left when it opens its
 * first socket.
 *
 * @module
 */

const NAMES = ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const;

let isTold = false;

function tell(): void {
  if (isTold) return;
  isTold = true;
  const granted = NAMES.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
  console.error(`granted: ${granted.join(" ")}`);
}

const { listen, connect } = Deno;
// Every subcommand that needs the network does one of these first.
Deno.listen = ((options: Deno.TcpListenOptions) => {
  tell();
  return listen(options);
}) as typeof Deno.listen;
Deno.connect = ((options: Deno.ConnectOptions) => {
  tell();
  return connect(options);
}) as typeof Deno.connect;
