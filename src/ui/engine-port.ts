// The page's end of the conversation with the simulation. The entry makes one over a worker; tests make one over nothing.

import type { ToPage, ToWorker } from '../scenario/port.ts';

export interface EnginePort {
  post(message: ToWorker): void;
  /** Ends the simulation for good. */
  close(): void;
}

export interface EngineListener {
  onMessage(message: ToPage): void;
  /** The worker ended by itself, or could not start. */
  onDeath(reason: string): void;
}

export type Connect = (listener: EngineListener) => EnginePort;
