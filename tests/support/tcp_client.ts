/**
 * A bare TCP connection to a server of ours: what is written goes out as it is, and what comes is text.
 *
 * @module
 */

const TIMEOUT_MS = 60_000;

/** One connection; it closes when disposed of. */
export class TcpClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #decoder = new TextDecoder();
  #text = "";
  #isClosed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(port: number, hostname = "127.0.0.1"): Promise<TcpClient> {
    const conn = await Deno.connect({ transport: "tcp", hostname, port });
    conn.setNoDelay(true);
    return new TcpClient(conn);
  }

  /** Writes all of it. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let written = 0; written < bytes.length;) written += await this.#conn.write(bytes.subarray(written));
  }

  /** Says that nothing more is sent. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Reads until what came matches; returns and forgets it up to the end of the match. */
  async receive(pattern: RegExp): Promise<string> {
    for (let match = pattern.exec(this.#text);; match = pattern.exec(this.#text)) {
      if (match !== null) {
        const end = match.index + match[0].length;
        const text = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return text;
      }
      const more = await this.#read();
      if (more === null) throw new Error(`The connection has ended without ${pattern}: ${JSON.stringify(this.#text)}`);
      this.#text += more;
    }
  }

  /** Sends a request and reads a reply of the lab, three lines. */
  async ask(request: string): Promise<string> {
    await this.send(request);
    return await this.receive(/RTSP\/1\.0 \d{3} [^\n]*\nCSeq: \d+\nSession: (?:\d{6}|0)/);
  }

  /** Reads to the end of the connection; what came until then. */
  async receiveAll(): Promise<string> {
    for (let more = await this.#read(); more !== null; more = await this.#read()) this.#text += more;
    return this.#text;
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#conn.close();
    this.#isClosed = true;
  }

  async #read(): Promise<string | null> {
    const bytes = new Uint8Array(4096);
    const timer = setTimeout(() => this[Symbol.dispose](), TIMEOUT_MS);
    try {
      const count = await this.#conn.read(bytes);
      return count === null ? null : this.#decoder.decode(bytes.subarray(0, count), { stream: true });
    } catch (error) {
      // A peer that closes with bytes of ours unread resets the connection.
      if (error instanceof Deno.errors.ConnectionReset) return null;
      if (this.#isClosed) throw new Error(`Nothing more came in ${TIMEOUT_MS} ms: ${JSON.stringify(this.#text)}`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
