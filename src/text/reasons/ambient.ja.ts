// Why a ztunnel or the istio-cni agent decided as it did, in Japanese.
import type { AmbientReasonKey } from './ambient.en.ts';

export const ambientReasonsJa = {
  'ambient.enrolment.excluded-namespace': 'istio-cni は Namespace {namespace} を対象にしません。',
  'ambient.enrolment.host-network': 'この Pod はノードのネットワークを使うため、アンビエントモードの対象になりません。',
  'ambient.enrolment.has-sidecar':
    'この Pod にはサイドカーがあります。サイドカーはアンビエントモードより優先されます。',
  'ambient.enrolment.pod-label': 'Pod 自身に istio.io/dataplane-mode: ambient のラベルがあります。',
  'ambient.enrolment.no-label':
    'Pod にも Namespace {namespace} にも istio.io/dataplane-mode: ambient のラベルがありません。',
  'ambient.enrolment.pod-opted-out':
    'Pod に istio.io/dataplane-mode: none のラベルがあり、Namespace のモードから外れています。',
  'ambient.enrolment.namespace-label': 'Namespace {namespace} に istio.io/dataplane-mode: ambient のラベルがあります。',
  'ztunnel.outbound.recursive': '宛先がループバック上の ztunnel 自身のポートです。',
  'ztunnel.outbound.passthrough':
    'ztunnel は {destination} の Service もワークロードも知りません。接続は平文のまま宛先へ送られます。',
  'ztunnel.outbound.by-workload': '宛先は Pod {pod} のアドレスです。',
  'ztunnel.outbound.by-service': '宛先は {service} の仮想 IP です。',
  'ztunnel.outbound.no-endpoint':
    'この時点では {service} のセレクターに合う実行中の Pod がないため、エンドポイントがありません。',
  'ztunnel.outbound.no-healthy-upstream': '{service} のポート {port} に Ready なエンドポイントがありません。',
  'ztunnel.outbound.drawn': 'Ready なエンドポイント {count} 個から {endpoint} が選ばれました。',
  'ztunnel.outbound.not-drawn': 'こちらも Ready ですが、抽選で別のエンドポイントが選ばれました。確率はどれも同じです。',
  'ztunnel.outbound.not-ready': 'Ready でないため、抽選の対象になりません。',
  'ztunnel.outbound.hbone':
    '{pod} はメッシュに参加しています。ポート 15008 へ相互 TLS で接続し、{identity} 以外が応答したら拒否します。',
  'ztunnel.outbound.peer-speaks-hbone': '{pod} はトンネルを受け付けるため、平文は使いません。',
  'ztunnel.outbound.plaintext': '{pod} はメッシュに参加していません。接続は平文で送られます。',
  'ztunnel.outbound.peer-not-enrolled':
    '{pod} を受け持つ ztunnel がないため、トンネルを張っても応答する相手がいません。',
  'ztunnel.outbound.unknown-client': 'この ztunnel は {pod} の情報をまだ受け取っていません。',
  'ztunnel.outbound.original-address':
    '{service} は接続先のアドレスをそのまま使う設定のため、エンドポイントは選ばれません。',
  'ztunnel.outbound.no-such-port': 'Service のポート {port} に対応するポートがありません。',
  'ztunnel.outbound.elsewhere': '{scopes} のすべてには一致しません。この Service はすべての一致を求めます。',
  'ztunnel.outbound.farther': '{scopes} により多く一致するエンドポイントがほかにあります。',
  'ztunnel.outbound.no-address': '{endpoint} にはここで使えるアドレスがありません。',
  'ztunnel.outbound.service-waypoint':
    '{service} には waypoint があります。トンネルは {waypoint} へ張られ、エンドポイントは waypoint が選びます。',
  'ztunnel.outbound.workload-waypoint':
    '{pod} には Pod 宛て通信用の waypoint があります。トンネルは {waypoint} へ張られます。',
  'ztunnel.outbound.from-waypoint': '送信元が {pod} の waypoint 自身です。',
  'ztunnel.outbound.unknown-gateway': '{gateway} の背後にあるワークロードがわかりません。',
  'ztunnel.outbound.other-network':
    '{endpoint} はネットワーク {network} にあります。そのゲートウェイ {gateway} を通る二重のトンネルを使います。',
  'ztunnel.inbound.unknown-workload': 'この ztunnel は自分の Pod {pod} の情報をまだ受け取っていません。',
  'ztunnel.inbound.bad-authority': 'CONNECT の宛先がアドレスとポートになっていません: {target}',
  'ztunnel.inbound.ip-mismatch': 'CONNECT は {target} を求めていますが、トンネルの届いた先は {pod} です。',
  'ztunnel.inbound.internal-port': '{target} は ztunnel 自身のポートです。',
  'ztunnel.inbound.unknown-hostname': '{pod} の ztunnel は {target} の名前の Service を知りません。',
  'ztunnel.inbound.no-such-port': '{target} の Service ポートに対応するポートが {pod} にありません。',
  'ztunnel.inbound.no-address': '{target} の Service には {pod} に伝えられるアドレスがありません。',
  'ztunnel.inbound.application-tunnel':
    '{pod} はトンネルの中身を自分で受け取ります。宛先 {target} を示す行を先頭に付けてポート {port} へ渡します。',
  'ztunnel.inbound.tunnel': '{pod} へのトンネル経由で届きました。クライアントの身元は {identity} と証明されています。',
  'ztunnel.inbound.plaintext': '{pod} に平文で届きました。クライアントの身元はわかりません。',
  'ztunnel.dns.not-an-address': '{type} レコードは上流の DNS サーバーに任せます。',
  'ztunnel.dns.unknown': 'ここから見て {name} という Service はありません。上流の DNS サーバーに問い合わせます。',
  'ztunnel.dns.not-visible': 'この名前は Namespace {namespace} のクライアントには公開されていません。',
  'ztunnel.dns.no-records': '{name} は {service} ですが、ここで使える {type} のアドレスがありません。',
  'ztunnel.dns.endpoints': '{name} は headless Service の {service} です。エンドポイントのアドレスを返します。',
  'ztunnel.dns.service': '{name} は {service} です。その仮想 IP を返します。',
  'authz.ztunnel.denied': 'DENY ポリシー {policy} が、ポート {port} への {client} に一致します。',
  'authz.ztunnel.deny-no-match': 'DENY ポリシー {policy} は、ポート {port} への {client} に一致しません。',
  'authz.ztunnel.no-allow-policy': 'ALLOW ポリシーがないため、{client} はポート {port} を使えます。',
  'authz.ztunnel.allowed': 'ALLOW ポリシー {policy} が、ポート {port} への {client} に一致します。',
  'authz.ztunnel.allow-no-match': 'ALLOW ポリシー {policy} は、ポート {port} への {client} に一致しません。',
  'authz.ztunnel.none-allowed': 'ALLOW ポリシーがありますが、ポート {port} への {client} に一致するものがありません。',
  'authz.ztunnel.denied-http':
    'DENY ポリシー {policy} が、ポート {port} への {client} に一致します。ztunnel は HTTP を読まないため、{fields} なしで適用します。',
  'authz.ztunnel.deny-http':
    'DENY ポリシー {policy} は、ポート {port} への {client} に一致しません。ztunnel は HTTP を読まないため {fields} が除かれ、ほかに何もない条件は決して成り立ちません。',
  'authz.ztunnel.allow-http':
    'ALLOW ポリシー {policy} は、ポート {port} への {client} に一致しません。ztunnel は HTTP を読まないため、{fields} を含むルールは除かれます。',
  'authz.ztunnel.strict':
    'PeerAuthentication は相互 TLS を求めていますが、{client} はポート {port} に平文で届きました。{policy} がこれを拒否します。',
} as const satisfies Readonly<Record<AmbientReasonKey, string>>;
