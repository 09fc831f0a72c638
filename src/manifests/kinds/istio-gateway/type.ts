import type { ServerTlsSettings } from '../server-tls.ts';

/** The fields that are checked. Source: istio/api:networking/v1alpha3/gateway.proto at Istio 1.31. */
export interface IstioGatewaySpec {
  readonly servers?: readonly IstioGatewayServer[];
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
}
