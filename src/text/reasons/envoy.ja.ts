// Why an Envoy decided as it did, in Japanese.
import type { EnvoyReasonKey } from './envoy.en.ts';

export const envoyReasonsJa = {
  'envoy.listener': 'Pod から出る接続を受け取るリスナーです。',
  'envoy.listener.by-address': '{destination} 専用のリスナーがあります: {listener}',
  'envoy.listener.by-port':
    '{destination} は {listener} が受け取ります。同じポートのすべてのアドレスが共有するリスナーです。',
  'envoy.listener.none-for-address': '専用のリスナー {listener} はありません。',
  'envoy.listener.caught': '{destination} にもそのポートにもリスナーはなく、{listener} がそのまま受け持ちます。',

  'envoy.chain': '届いた接続を受け取るフィルターチェーンです。',
  'envoy.chain.waits':
    '{listener} はポート {port} の最初のバイトを調べます（{inspectors}）。クライアントが話すまで、どこにも何も送られません。',
  'envoy.chain.matched':
    '{listener} のフィルターチェーンのうち、届いたもの（{opening}）に最も具体的に一致するのは {chain} です。',
  'envoy.chain.default':
    '{listener} には届いたもの（{opening}）に一致するフィルターチェーンがなく、残りを受け持つ {chain} が受け取ります。',
  'envoy.chain.none': '{listener} には届いたもの（{opening}）を受け取るフィルターチェーンがありません。',
  'envoy.chain.ambiguous': '{listener} の複数のフィルターチェーンが同じ条件で、Envoy はこれを拒否します: {chains}',
  'envoy.chain.no-fit': '受け付けるのは {wanted} ですが、届いたのは {found} です。',
  'envoy.chain.less-specific': '{found} も受け付けますが、より具体的に一致するチェーンがほかにあります。',
  'envoy.chain.says-nothing': '{found} を名指しするチェーンがほかにあるため、何も指定しないチェーンは外れます。',
  'envoy.chain.mutual-tls': 'ポート {port} への相互 TLS をここで終端します。双方が身元を証明します。',
  'envoy.chain.ends-tls': 'ポート {port} への TLS をここで終端します。クライアント証明書は求めません。',
  'envoy.chain.tls-passes': 'ポート {port} への TLS はこのプロキシ宛てではないため、そのまま通します。',
  'envoy.chain.plaintext-refused':
    'ポート {port} のチェーンはどれも TLS を求めます。平文を受け取るチェーンがないため、接続はリセットされます。',
  'envoy.chain.tls-refused': 'ポート {port} にはこの TLS を受け取るチェーンがないため、接続はリセットされます。',
  'envoy.chain.http': '届くものを HTTP として読みます。経路は {routes} で決まります。',
  'envoy.chain.tunnels': 'トンネルはここで終わります。CONNECT ごとの中身は {listener} へ渡します。',
  'envoy.chain.tcp': '中身を見ずに、そのまま {cluster} へ送ります。',
  'envoy.chain.allow-any':
    'メッシュは {destination} を知りません。outboundTrafficPolicy が ALLOW_ANY なので、接続は素通しされます。',
  'envoy.chain.registry-only':
    'メッシュは {destination} を知りません。outboundTrafficPolicy が REGISTRY_ONLY なので、接続はここで終わります。',

  'envoy.route': 'リクエストの経路です。',
  'envoy.route.virtual-host': 'Host ヘッダー {host} は {virtualHost} のものです。宛先アドレスは関係ありません。',
  'envoy.route.unknown-host': '{routes} には Host ヘッダー {host} に応えるものがありません。',
  'envoy.route.requires-tls': '{virtualHost} は TLS でのみ提供されます。平文は 301 で https へ送られます。',
  'envoy.route.allow-any':
    '{host} という Service はありません。outboundTrafficPolicy が ALLOW_ANY なので、元の宛先へ平文で送られます。',
  'envoy.route.block-all':
    '{host} という Service はありません。outboundTrafficPolicy が REGISTRY_ONLY なので 502 です。',
  'envoy.patched':
    '{kind} {name} がこのプロキシの設定を変えます。その変更はシミュレーションしないため、実際のプロキシは以下と異なる動作をする可能性があります。',
  'envoy.route.undefined-mix':
    'Waypoint の同じホストに VirtualService と Gateway API のルートがあります。Istio はこの組み合わせの動作を未定義としているため、{routes} については予測しません。',
  'envoy.route.weight': '{total} のうち {drawn} が出ました。重み {weight} の {cluster} に当たります。',
  'envoy.route.other-weight': '重みは {total} のうち {weight} です。抽選では別の範囲が当たりました。',
  'routing.route-matched': '最初に一致する経路は {route} です: {match}',
  'routing.later-route': '先に一致した {route} より後ろにあるため、調べられていません。',
  'routing.no-match': '{part} が一致しません。条件は {wanted}、リクエストは {found} です。',
  'routing.missing': 'リクエストに {part} がありません。条件は {wanted} です。',
  'routing.no-route': '{host} は存在しますが、どの経路にも一致しないため 404 です。',

  'envoy.fault': '経路が求める障害にリクエストが当たるかどうかです。',
  'envoy.fault.delayed': '経路はリクエストの {percent} % を {what} 遅らせます。抽選でこのリクエストが当たりました。',
  'envoy.fault.aborted':
    '経路はリクエストの {percent} % を {what} で打ち切ります。抽選でこのリクエストが当たりました。',
  'envoy.fault.none': '経路は障害を求めていますが、このリクエストは抽選で免れました。',
  'envoy.fault.spared': 'リクエストの {percent} % が当たります。このリクエストは抽選に当たりませんでした。',
  'envoy.rate-limit': 'リクエストがローカルレート制限を超えるかどうかです。',
  'envoy.rate-limit.off':
    'ローカルレート制限の対象はリクエストの {percent} % で、このリクエストは抽選に当たりませんでした。',
  'envoy.rate-limit.no-bucket': 'このローカルレート制限にはトークンバケットがないため、すべて通します。',
  'envoy.rate-limit.within':
    'ローカルレート制限の範囲内です。トークンは最大 {max} 個、{seconds} 秒ごとに {fill} 個の割合で補充され、このリクエストが 1 個を使って残りは {left} 個です。',
  'envoy.rate-limit.tolerated':
    'ローカルレート制限を超えました。最大 {max} 個、{seconds} 秒ごとに {fill} 個の割合で補充されるバケットは空です。適用されるのはリクエストの {percent} % で、このリクエストは適用を免れました。',
  'envoy.rate-limit.refused':
    'ローカルレート制限を超えました。最大 {max} 個、{seconds} 秒ごとに {fill} 個の割合で補充されるバケットは空です。プロキシー自身が {status} を返します。次のトークンは {wait} 秒後です。',
  'envoy.proxy-header': 'ロードバランサーが伝える接続元です。',
  'envoy.proxy-header.read':
    '{balancer} のロードバランサーが PROXY ヘッダーを送り、{listener} が読み取りました。クライアントは {client} です。remoteIpBlocks と X-Forwarded-For はこのアドレスを、ipBlocks はロードバランサーのアドレスを使います。',
  'envoy.proxy-header.missing':
    'gatewayTopology.proxyProtocol により {listener} は最初に PROXY ヘッダーを待ちますが、{balancer} は送りませんでした。接続はリセットされ、ログには何も残りません。',
  'envoy.codec': '接続に届いたものをリクエストとして読めるかどうかです。',
  'envoy.codec.http10-refused':
    '{listener} はポート {port} を HTTP として読みますが、このプロキシは HTTP/1.0 を受け付けません。426 を返して接続を閉じます。istiod の PILOT_HTTP10=true、またはプロキシのメタデータの ISTIO_META_HTTP10: "1" で受け付けるようになります。',
  'envoy.codec.no-http':
    '{listener} はポート {port} を HTTP として読みますが、届いたものは HTTP ではありません。プロキシは 400 を返して接続を閉じます。',
  'envoy.drain': 'リスナーが変わったときに接続を続けるかどうかです。',
  'envoy.drain.listener-gone': 'この接続を受け付けたリスナー {listener} はなくなりました。',
  'envoy.drain.listener-replaced':
    '{listener} はフィルターチェーン以外（待ち受ける場所、または最初のバイトを待つポート）も変わりました。リスナー全体が置き換わり、すべての接続がドレインされます。',
  'envoy.drain.chain-gone': 'この接続を受け付けた {listener} のフィルターチェーンはなくなりました。',
  'envoy.drain.filters':
    'ポリシーは、この接続を受け付けたチェーンのフィルターです。ポリシーが変わったため {listener} には新しいチェーンができ、古いチェーンは以前のポリシーのままドレインされます。',
  'envoy.drain.tls':
    'この接続を受け付けた {listener} のチェーンで、TLS の終端のしかたが変わりました。古いチェーンはドレインされます。',
  'envoy.drain.target':
    'バイト列の送り先は {listener} のフィルターチェーン自体に書かれています。送り先が変わったため、古いチェーンはドレインされます。',
  'envoy.drain.settings':
    'この接続を受け付けた {listener} のチェーン（名前で取得しないルート、または設定）が変わったため、古いチェーンはドレインされます。',
  'envoy.drain.until':
    'それまで HTTP/1.1 のレスポンスには Connection: close が付き、HTTP/2 には GOAWAY が送られます。バイト列だけの接続はそのまま続きます。{seconds} 秒（drainDuration）後に残っている接続は、処理の途中でも閉じられます。',

  'envoy.endpoint': 'リクエストまたは接続の送り先エンドポイントです。',
  'envoy.endpoint.none': '{cluster} にはエンドポイントがまったくありません。',
  'envoy.endpoint.none-healthy': '{cluster} には使えるエンドポイントがありません。',
  'envoy.endpoint.original':
    '{cluster} は headless Service か、メッシュの外の宛先です。ダイヤルされたアドレス {destination} へそのまま接続します。',
  'envoy.endpoint.priority': '{cluster} 宛ての {share} % が優先度 {priority} のエンドポイントへ送られます。',
  'envoy.endpoint.other-priority': '{endpoint} は優先度が異なります。',
  'envoy.endpoint.only': '{cluster} で使えるエンドポイントは {endpoint} だけです。',
  'envoy.endpoint.drawn': '{count} 個から {endpoint} が引かれました。',
  'envoy.endpoint.warming':
    '{endpoint} は加わったばかりで、いまの重みは本来の {percent} % です。最初に準備ができてから {seconds} 秒で本来の重みになります。',
  'envoy.endpoint.weighed': '{count} 個の中から、重みに応じた抽選で {endpoint} が選ばれました。',
  'envoy.endpoint.next-in-turn': '{count} 個のうち {endpoint} の番です。',
  'envoy.endpoint.hashed': 'ルールが指定する値のハッシュにより、{count} 個から {endpoint} が選ばれます。',
  'envoy.endpoint.drawn-twice': 'Ready な {count} 個から 2 回引き、どちらも {endpoint} でした。',
  'envoy.endpoint.drawn-first':
    'Ready な {count} 個から {endpoint} と {other} が引かれました。処理中のリクエストはどちらも {active} 件なので、先に引かれたほうを選びます。',
  'envoy.endpoint.fewer-requests':
    'Ready な {count} 個から {endpoint} と {other} が引かれました。{endpoint} のほうが処理中のリクエストが少ないためです（{active} 対 {others}）。',
  'envoy.endpoint.more-requests': '{endpoint} も引かれましたが、選ばれませんでした。',
  'envoy.endpoint.not-drawn': '{endpoint} は Ready ですが、引かれませんでした。',
  'envoy.endpoint.tried': '{endpoint} は先ほど失敗しました。再試行は別の宛先へ送られます。',
  'envoy.endpoint.not-ready': '{endpoint} は Ready ではありません。',
  'envoy.endpoint.ejected': '{endpoint} は続けて何度も失敗したため、しばらく外されています。',
  'envoy.tls.auto-mutual':
    '{endpoint} にはサイドカーがあります。相互 TLS で接続し、{identities} 以外が応答したら拒否します。',
  'envoy.tls.auto-plaintext': '{endpoint} には相互 TLS に応えるサイドカーがないため、平文で送ります。',
  'envoy.tls.peer-has-sidecar': '{endpoint} は相互 TLS を受け付けるため、平文は使いません。',
  'envoy.tls.peer-without-sidecar': '{endpoint} には相互 TLS に応える相手がいません。',
  'envoy.tls.told-mutual':
    'ポリシーの指定により、{endpoint} へ相互 TLS で接続し、{identities} 以外が応答したら拒否します。',
  'envoy.tls.told-simple': 'ポリシーの指定により、{endpoint} へクライアント証明書なしの TLS で接続します。',
  'envoy.tls.told-none': 'ポリシーの指定により、{endpoint} へ平文で送ります。',
  'envoy.tls.tunnel': '{endpoint} へはトンネルで接続します。相互 TLS は ztunnel か waypoint が終端します。',
  'envoy.tls.inside-tunnel': 'ポリシーの指定により、トンネルの内側でも {endpoint} と TLS で通信します。',
  'envoy.tls.told': 'ポリシーの指定が優先され、{endpoint} が何を受け付けるかは関係しません。',

  'envoy.auth': '呼び出し元が許可されるかどうかです。',
} as const satisfies Readonly<Record<EnvoyReasonKey, string>>;
