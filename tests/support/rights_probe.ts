/**
 * A worker that tries what it is not to do, and tells what it could.
 *
 * @module
 */

import { attemptAll } from "./rights_attempts.ts";

interface Scope {
  onmessage: (event: MessageEvent<string[]>) => void;
  postMessage(can: string[]): void;
}

const scope = self as unknown as Scope;

scope.onmessage = ({ data: paths }) => scope.postMessage(attemptAll({ read: paths, write: [] }));
