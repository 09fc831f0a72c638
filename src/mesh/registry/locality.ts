// Where a workload runs. A locality is `region/zone/subzone`; '' where not known.
// Source: istio/istio:pilot/pkg/serviceregistry/kube/controller/controller.go getPodLocality, pilot/pkg/model/context.go GetLocalityLabel,
// pilot/pkg/serviceregistry/util/label/label.go AugmentLabels at 1.31.

type Labels = Readonly<Record<string, string>>;

/** A label cannot hold a slash: there a dot stands for it. The node's place is for workloads without that label. */
export function localityOf(labels: Labels, ofNode = ''): string {
  const written = labels['istio-locality'] ?? '';
  if (written === '') return ofNode;
  return written.includes('/') ? written : written.replaceAll('.', '/');
}

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

export function partsOf(locality: string): Locality {
  const [region = '', zone = '', subzone = ''] = locality.split('/');
  return { region, zone, subzone };
}

/** Labels with those of the place, which clients may be told to prefer endpoints by. */
export function withPlace(labels: Labels, locality: string, node: string): Labels {
  const { region, zone, subzone } = partsOf(locality);
  return {
    ...labels,
    ...(region === '' ? {} : { 'topology.kubernetes.io/region': region }),
    ...(zone === '' ? {} : { 'topology.kubernetes.io/zone': zone }),
    ...(subzone === '' ? {} : { 'topology.istio.io/subzone': subzone }),
    ...(node === '' ? {} : { 'kubernetes.io/hostname': node }),
  };
}
