// The page's end of the conversation with those who search for failing schedules. The entry makes one over a worker; tests make one
// over nothing.
import type { FromFinder, ToFinder } from '../../explore/port.ts';

export interface FinderPort {
  post(message: ToFinder): void;
  /** Ends the search at once. */
  close(): void;
}

export interface FinderListener {
  onMessage(message: FromFinder): void;
  /** The worker ended by itself, or could not start. */
  onDeath(reason: string): void;
}

export type ConnectFinder = (listener: FinderListener) => FinderPort;
