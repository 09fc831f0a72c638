/** The fields that are checked. Source: istio/api:networking/v1alpha3/workload_group.proto at Istio 1.31. */
export interface WorkloadGroupSpec {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly template?: object;
  readonly probe?: WorkloadProbe;
}

/** At most one of httpGet, tcpSocket, exec and grpc is set. */
export interface WorkloadProbe {
  readonly httpGet?: {
    readonly port: number;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name?: string }[];
  };
  readonly tcpSocket?: { readonly port: number };
  readonly exec?: { readonly command: readonly string[] };
  readonly grpc?: object;
}
