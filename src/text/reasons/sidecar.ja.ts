// Why a sidecar, its injector, a route or an authorization policy decided as it did, in Japanese.
import type { SidecarReasonKey } from './sidecar.en.ts';

export const sidecarReasonsJa = {
  'injection.webhook': '{webhook} のセレクターに一致するため、API サーバーが istiod に問い合わせます。',
  'injection.namespace-label': '{webhook} は呼ばれません。Namespace のラベル {label}（{value}）が条件に合いません。',
  'injection.pod-label': '{webhook} は呼ばれません。Pod のラベル {label}（{value}）が条件に合いません。',
  'injection.no-webhook': '一致する Webhook がないため istiod は呼ばれず、Pod はサイドカーなしで作られます。',
  'injection.host-network':
    'この Pod はノードのネットワークを使います。サイドカーがノード全体の通信を奪ってしまうため、注入されません。',
  'injection.ignored-namespace': 'Namespace {namespace} の Pod には注入されません。',
  'injection.asked-for': 'Pod がサイドカーを求めています（sidecar.istio.io/inject が "true"）。',
  'injection.opted-out': 'Pod がサイドカーを断っています（sidecar.istio.io/inject が "false"）。',
  'injection.never-selector': 'インジェクターの neverInjectSelector が Pod のラベルに一致します。',
  'injection.always-selector': 'インジェクターの alwaysInjectSelector が Pod のラベルに一致します。',
  'injection.policy-illegal':
    'インジェクターのポリシー「{policy}」は enabled でも disabled でもないため、何も注入されません。',
  'injection.policy-enabled': 'Pod に指定がなく、インジェクターのポリシーが enabled なので、サイドカーが入ります。',
  'injection.policy-disabled': 'Pod に指定がなく、インジェクターのポリシーが disabled なので、サイドカーは入りません。',
  'injection.not-a-pod': '注入の対象は Pod だけです。',
  'injection.native-annotation': 'アノテーション sidecar.istio.io/nativeSidecar が "{value}" です。',
  'injection.native-environment': 'istiod の ENABLE_NATIVE_SIDECARS が {value} です。',
  'injection.native-old-kubelet': 'ネイティブサイドカーは 1.33 から安定版です。古い kubelet があります: {kubelet}',
  'injection.native-kubelets': 'すべての kubelet が 1.33 以上なので、プロキシはネイティブサイドカーになります。',

  'sidecar.outbound.listener': 'Pod から出る接続を受け取るリスナーです。',
  'sidecar.listener.by-address': '{destination} 専用のリスナーがあります: {listener}',
  'sidecar.listener.by-port':
    '{destination} は {listener} が受け取ります。同じポートの HTTP の Service が共有するリスナーです。',
  'sidecar.listener.none-for-address': 'リスナー {listener} を持つ Service はありません。',
  'sidecar.listener.declared-tcp': 'Service がポートを TCP と宣言しています。中身を見ずに、すぐ {cluster} へ送ります。',
  'sidecar.listener.not-http': 'TCP と宣言されたポートは HTTP として解釈されません。',
  'sidecar.listener.waits':
    '{listener} はクライアントの最初のバイトを見て中身を判断します。クライアントが話すまで、どこにも何も送られません。',
  'sidecar.listener.http': '最初のバイトは HTTP です。経路は {routes} で決まります。',
  'sidecar.listener.sniffed-tcp': '最初のバイトは HTTP ではありません。接続はそのまま {cluster} へ送られます。',
  'sidecar.listener.not-http-passes':
    '{listener} に届いた最初のバイトは HTTP ではありません。接続は {cluster} へ送られます。',
  'sidecar.listener.allow-any':
    '{destination} の Service はありません。outboundTrafficPolicy が ALLOW_ANY なので、接続は素通しされます。',
  'sidecar.listener.registry-only':
    '{destination} の Service はありません。outboundTrafficPolicy が REGISTRY_ONLY なので、接続はここで終わります。',

  'sidecar.outbound.route': 'リクエストの経路です。',
  'sidecar.route.virtual-host': 'Host ヘッダー {host} は {virtualHost} のものです。宛先アドレスは関係ありません。',
  'sidecar.route.unknown-host': '{routes} には Host ヘッダー {host} に応えるものがありません。',
  'sidecar.route.allow-any':
    '{host} という Service はありません。outboundTrafficPolicy が ALLOW_ANY なので、元の宛先へ平文で送られます。',
  'sidecar.route.block-all':
    '{host} という Service はありません。outboundTrafficPolicy が REGISTRY_ONLY なので 502 です。',
  'sidecar.route.weight': '{total} のうち {drawn} が出ました。重み {weight} の {cluster} に当たります。',
  'sidecar.route.other-weight': '重みは {total} のうち {weight} です。抽選では別の範囲が当たりました。',
  'routing.route-matched': '最初に一致する経路は {route} です: {match}',
  'routing.later-route': '先に一致した {route} より後ろにあるため、調べられていません。',
  'routing.no-match': '{part} が一致しません。条件は {wanted}、リクエストは {found} です。',
  'routing.missing': 'リクエストに {part} がありません。条件は {wanted} です。',
  'routing.no-route': '{host} は存在しますが、どの経路にも一致しないため 404 です。',

  'sidecar.outbound.endpoint': 'リクエストまたは接続の送り先エンドポイントです。',
  'sidecar.endpoint.none': '{cluster} にはエンドポイントがまったくありません。',
  'sidecar.endpoint.none-healthy': '{cluster} のエンドポイントはどれも Ready ではありません。',
  'sidecar.endpoint.original':
    '{cluster} は headless Service か、メッシュの外の宛先です。ダイヤルされたアドレス {destination} へそのまま接続します。',
  'sidecar.endpoint.only': '{cluster} で Ready なエンドポイントは {endpoint} だけです。',
  'sidecar.endpoint.drawn-twice': 'Ready な {count} 個から 2 回引き、どちらも {endpoint} でした。',
  'sidecar.endpoint.drawn-first':
    'Ready な {count} 個から {endpoint} と {other} が引かれました。処理中のリクエストはどちらも {active} 件なので、先に引かれたほうを選びます。',
  'sidecar.endpoint.fewer-requests':
    'Ready な {count} 個から {endpoint} と {other} が引かれました。{endpoint} のほうが処理中のリクエストが少ないためです（{active} 対 {others}）。',
  'sidecar.endpoint.more-requests': '{endpoint} も引かれましたが、選ばれませんでした。',
  'sidecar.endpoint.not-drawn': '{endpoint} は Ready ですが、引かれませんでした。',
  'sidecar.endpoint.tried': '{endpoint} は先ほど失敗しました。再試行は別の宛先へ送られます。',
  'sidecar.endpoint.not-ready': '{endpoint} は Ready ではありません。',
  'sidecar.tls.auto-mutual':
    '{endpoint} にはサイドカーがあります。相互 TLS で接続し、{identities} 以外が応答したら拒否します。',
  'sidecar.tls.auto-plaintext': '{endpoint} には相互 TLS に応えるサイドカーがないため、平文で送ります。',
  'sidecar.tls.peer-has-sidecar': '{endpoint} は相互 TLS を受け付けるため、平文は使いません。',
  'sidecar.tls.peer-without-sidecar': '{endpoint} には相互 TLS に応える相手がいません。',
  'sidecar.tls.told-mutual':
    'ポリシーの指定により、{endpoint} へ相互 TLS で接続し、{identities} 以外が応答したら拒否します。',
  'sidecar.tls.told-simple': 'ポリシーの指定により、{endpoint} へクライアント証明書なしの TLS で接続します。',
  'sidecar.tls.told-none': 'ポリシーの指定により、{endpoint} へ平文で送ります。',
  'sidecar.tls.told': 'ポリシーの指定が優先され、{endpoint} が何を受け付けるかは関係しません。',

  'sidecar.inbound.chain': 'Pod に届いた接続を受け取るフィルターチェーンです。',
  'sidecar.chain.declared-http': 'Service がポート {port} を HTTP と宣言しています。',
  'sidecar.chain.declared-tcp': 'Service がポート {port} を TCP と宣言しています。',
  'sidecar.chain.declared-sniffed':
    'Service のポート {port} はプロトコルが宣言されていないため、最初のバイトで判断します。',
  'sidecar.chain.undeclared-port': 'ポート {port} を持つ Service はないため、プロトコルは最初のバイトで判断します。',
  'sidecar.chain.default-mode': 'ポート {port} に当てはまる PeerAuthentication はなく、既定の {mode} です。',
  'sidecar.chain.mode': 'PeerAuthentication がポート {port} を {mode} としています。',
  'sidecar.chain.waits':
    'ポート {port} は {mode} です。クライアントの最初のバイトを調べて {inspectors} を見分けるため、それが届くまでどこにも何も送られません。',
  'sidecar.chain.mutual-tls': 'クライアントが Istio の相互 TLS を申し出て、ポート {port} がそれを受け付けます。',
  'sidecar.chain.plaintext': 'クライアントは平文です。ポート {port} は {mode} なので受け付けます。',
  'sidecar.chain.tls-passes': 'Istio の TLS ではないため、ポート {port} のアプリケーションへそのまま通します。',
  'sidecar.chain.plaintext-refused':
    'ポート {port} は {mode} です。平文を受け取るチェーンがないため、接続はリセットされます。',
  'sidecar.chain.no-chain':
    'ポート {port} の {mode} では、この TLS を受け取るチェーンがないため、接続はリセットされます。',
  'sidecar.chain.no-fit': '受け付けるのは {wanted} ですが、届いたのは {opening} です。',
  'sidecar.chain.less-specific': '{opening} も受け付けますが、より具体的に一致するチェーンがほかにあります。',

  'sidecar.inbound.authz': '呼び出し元が許可されるかどうかです。',
} as const satisfies Readonly<Record<SidecarReasonKey, string>>;
