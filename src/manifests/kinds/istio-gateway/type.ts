import type { Resource } from '../../resource.ts';
import type { ServerTlsSettings } from '../server-tls.ts';

export interface IstioGatewayResource extends Resource {
  readonly group: 'networking.istio.io';
  readonly kind: 'Gateway';
  readonly spec: IstioGatewaySpec;
}

/** Source: istio/api:networking/v1alpha3/gateway.proto at Istio 1.31. */
export interface IstioGatewaySpec {
  readonly servers?: readonly IstioGatewayServer[];
  /** Labels of the pods it configures. Absent or empty: every gateway. */
  readonly selector?: Readonly<Record<string, string>>;
}

export interface IstioGatewayServer {
  readonly port: {
    readonly number: number;
    readonly protocol: string;
    readonly name: string;
    readonly targetPort?: number;
  };
  /** An address, or `unix://path`. */
  readonly bind?: string;
  /** `host` or `namespace/host`. */
  readonly hosts: readonly string[];
  readonly tls?: ServerTlsSettings;
  readonly name?: string;
  readonly defaultEndpoint?: string;
}
