/**
 * Threads that do what they are asked through a port. Whoever wants one makes the port; who starts the thread is another matter, since
 * only some threads have the right to.
 *
 * @module
 */

/** What a thread runs, its name, and what it may do. */
export interface ThreadPlan {
  /** URL of its module, which takes the port from its first message: see {@linkcode portOfThread}. */
  readonly module: string;
  readonly name: string;
  readonly permissions: Deno.PermissionOptions;
}

/** Ends a thread where it is. */
export type EndThread = () => void;

/** Starts a thread that does what it is asked through `port`. `onFailure` is called where it fails. */
export type StartThread = (plan: ThreadPlan, port: MessagePort, onFailure: (reason: string) => void) => EndThread;

/** A thread, and the port that it is asked through. */
export interface Thread {
  readonly port: MessagePort;
  /** Ends it where it is. */
  terminate(): void;
}

/** Starts a worker of this thread. */
export function startWorker(
  { module, name, permissions }: ThreadPlan,
  port: MessagePort,
  onFailure: (reason: string) => void,
): EndThread {
  const worker = new Worker(module, { type: "module", name, deno: { permissions } });
  worker.onerror = (event) => {
    event.preventDefault();
    onFailure(event.message);
  };
  worker.postMessage(undefined, [port]);
  return () => worker.terminate();
}

/** Has a thread started, which can be asked at once: it answers when it has been loaded. */
export function openThread(start: StartThread, plan: ThreadPlan, onFailure: (reason: string) => void): Thread {
  const { port1: port, port2 } = new MessageChannel();
  const end = start(plan, port2, onFailure);
  const terminate = () => {
    end();
    port.close();
  };
  return { port, terminate };
}

/** The port that this thread, a worker of {@linkcode startWorker}, is asked through. */
export async function portOfThread(): Promise<MessagePort> {
  return await new Promise((resolve) => {
    const take = (event: Event) => resolve((event as MessageEvent<undefined>).ports[0]);
    addEventListener("message", take, { once: true });
  });
}
