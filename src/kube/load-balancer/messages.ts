// What a load balancer and its targets tell each other.
import type { EntityId } from '../../kernel/index.ts';
import type { WatchEvent } from '../api.ts';
import type { TargetEvent } from './target.machine.ts';

export type TargetState = 'registering' | 'initial' | 'healthy' | 'unhealthy' | 'leaving' | 'draining' | 'unused';

export type TargetMessage =
  TargetEvent | { readonly type: 'begin' } | { readonly type: 'check'; readonly round: number };

export type BalancerMessage =
  | WatchEvent
  | { readonly type: 'sync' }
  | { readonly type: 'poll' }
  | { readonly type: 'target'; readonly target: EntityId<TargetMessage>; readonly state: TargetState };
