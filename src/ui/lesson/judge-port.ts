// The page's end of the conversation with those who judge a lesson. The entry makes one over a worker; tests make one over nothing.
import type { FromJudge, ToJudge } from '../../lesson/model/index.ts';

export interface JudgePort {
  post(message: ToJudge): void;
  close(): void;
}

export interface JudgeListener {
  onMessage(message: FromJudge): void;
  /** The worker ended by itself, or could not start. */
  onDeath(reason: string): void;
}

export type ConnectJudge = (listener: JudgeListener) => JudgePort;
