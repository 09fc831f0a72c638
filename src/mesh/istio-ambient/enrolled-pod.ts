// A pod as its node's ztunnel knows it: handed to everything ztunnel opens on the pod's behalf.
import type { AnyEntityId } from '../../kernel/index.ts';
import type { XdsClientId } from '../xds/index.ts';

export interface EnrolledPod {
  /** The ztunnel process that serves it, and its control connection. */
  readonly ztunnel: AnyEntityId;
  readonly xds: XdsClientId;
  /** `namespace/pod`. */
  readonly key: string;
  readonly netns: AnyEntityId;
  readonly address: string;
  /** SPIFFE ID of its service account. */
  readonly identity: string;
}
