// 何を再現し、何を簡略化し、何を省いたか。キーは行の id。各行は一文か列挙で、句点を付けない。
import type { FidelityKey } from './en.ts';

export const fidelity: Readonly<Record<FidelityKey, string>> = {
  'net.tls': 'TLS 1.3 ハンドシェイクをフライトごとに再現(提示内容、証明書、アラート)',
  'net.http': 'HTTP/1.0、HTTP/1.1、HTTP/2、gRPC のヘッダー、ストリーム、リセット、ステータスコード',
  'net.whole-messages': '1 メッセージを 1 パケットとして扱います。セグメント分割、チャンク、フロー制御はありません',
  'net.delays': '遅延は想定した範囲から抽選します。帯域、パケットロス、キューイングは考慮しません',
  'net.crypto': 'TLS のセッション再開、0-RTT、暗号処理のコスト',
  'host.sockets': 'SYN から FIN・RST までの TCP 接続、リッスン中のソケット、接続拒否',
  'host.redirect': 'ネットワーク名前空間のリダイレクト規則(上から順に評価し、最初の一致が有効)',
  'host.programs':
    'コンテナーイメージは実行しません。応答・呼び出し・起動・停止は、指定に従うプログラムが代わりに行います',
  'host.syn': 'SYN の再送は 127 秒の 1 回の待ちにまとめます',
  'host.grpc-client':
    'gRPC クライアントは 1 アドレスずつ接続し、バックオフは本家どおりです。デッドライン、keepalive、クライアント側の負荷分散はありません',
  'host.tcp-details': 'TCP のウィンドウ、再送、データの ACK、TIME_WAIT',
  'host.other-protocols': 'データグラムの大きさ、パケットとしての ICMP、2 個目以降のパケットへのマーク',
  'kube.api-server': 'API サーバー: スキーマ、既定値、検証、apply と delete、それぞれの遅れで届く watch',
  'kube.controllers':
    'Deployment、ReplicaSet、StatefulSet、DaemonSet、Job のレプリカ数、ロールアウト、バックオフ付き再試行',
  'kube.kubelet':
    'kubelet: init コンテナーとサイドカーコンテナー、プローブ、フック、バックオフ付き再起動、猶予期間内の終了処理',
  'kube.services': 'Service と EndpointSlice、各ノードに伝わるまでの遅れ',
  'kube.proxy': 'kube-proxy: 規則の書き込みは 1 秒に 1 回まで、Ready のエンドポイントから無作為に選択',
  'kube.load-balancers':
    'ターゲットを登録するロードバランサーとその readiness gate。ヘルスチェックはパケットを送らずに確かめるだけ。その他は Pod に直接届く',
  'kube.scheduler':
    'スケジューラー: nodeSelector と nodeAffinity に従い、taint と、ノードに書かれた資源量に対する要求を見て、同じ所有者の Pod をノードに順番に置きます',
  'kube.images': 'イメージは全ノードに取得済み、ボリュームは即時マウント、コンテナー内のコマンドは必ず成功します',
  'kube.dns':
    'DNS: 名前解決は 1 回の待ちで、パケットにはなりません。キャッシュはなく、クラスター外の名前は存在しません',
  'kube.watches': 'watch は切れません。API の優先度制御、クライアント側の流量制限、書き込みの競合は考慮しません',
  'kube.webhooks': 'Admission Webhook の呼び出しは 1 回の待ちで、タイムアウトには達しません',
  'kube.service-addresses': 'ClusterIP は無作為ではなく順番に割り当てます',
  'kube.scale-down':
    'レプリカを減らすときに先に消える Pod：同じ Deployment の別の ReplicaSet がノードに持つ数は考えません',
  'kube.api-server-rest': '認証と RBAC、クォータ、検証用の Webhook とポリシー、server-side apply のフィールド所有者',
  'kube.rollout-rest': 'リビジョン履歴、ボリューム要求',
  'kube.job-rest': 'UTC 以外の CronJob のタイムゾーン、ほかが管理する Job、多数の Pod の段階的な作成',
  'kube.scheduler-rest': '手で付けた taint、podAffinity、topologySpreadConstraints、preferred の条件、プリエンプション',
  'kube.node-rest': 'リースの個々の更新、資源の逼迫による退避、リソース制限、静的 Pod',
  'kube.service-rest': 'externalIPs、セッションアフィニティー、trafficDistribution、IPv6',
  'istiod.push': 'istiod: レジストリー、デバウンス、プロキシごとのプッシュ、遅れて届く設定',
  'istiod.identity': 'SPIFFE ID、CSR による証明書の発行、期限前のローテーション',
  'istiod.push-throttle': 'プロキシはプッシュの順番待ちをしません。全種別のプッシュを 1 メッセージで送ります',
  'istiod.status': 'Gateway API のオブジェクト、waypoint、ポリシーのステータス。メッセージも istiod が書くとおりです',
  'istiod.status-writes': 'ステータスはプッシュと同時に書きます。秘密鍵と証明書の組み合わせは確かめません',
  'istiod.mesh-config':
    'MeshConfig（ConfigMap istio からも読みます）：外向きポリシー、mTLS、パス、ロケーション、リトライ、タイムアウト、公開範囲、discoverySelectors、外部認可、プロキシーの既定値。ほかのフィールドは既定値として扱います',
  'istiod.regex':
    '正規表現: RE2 の構文を線形時間で評価します。文字プロパティーは一部だけです。RE2 が拒否するものは拒否します',
  'istiod.version-defaults':
    'istiod の既定の動き。istiod とプロキシーのバージョンによる：503 での再試行とアプリケーションへの再試行（1.24 で変更）、ネイティブサイドカー（1.27）。ほかはすべて 1.31 のもの',
  'istiod.revisions': 'リーダー選出、マルチクラスター・マルチネットワーク、外部の認証局',
  'ambient.enrolment': 'ラベルによるメッシュへの参加(新しい Pod と実行中の Pod)',
  'ambient.redirect': '参加した Pod 内のリダイレクト規則',
  'ambient.hbone': 'HBONE: TLS 1.3 による mTLS、CONNECT、100 ストリームまで共有するトンネルのプール',
  'ambient.policy': '受信側 ztunnel での L4 の AuthorizationPolicy と PeerAuthentication',
  'ambient.streams': '半クローズのストリーム、フロー制御、バイト数',
  'ambient.tunnel-failure': 'トンネルを待つ接続は、トンネルの失敗とともにすべて失敗します。本家は 1 本ずつ再試行します',
  'ambient.agent':
    'サンドボックスを待たせる CNI プラグイン、エージェントによる参加状態(なし、pending、enabled)とその再起動、ztunnel への Pod の通知',
  'ambient.drain':
    '停止する ztunnel:GOAWAY を送り、残る接続を 25 秒待ち、なくなればすぐ終了します。更新中は新旧 2 つが並びます',
  'ambient.certificates':
    'ztunnel の証明書:優先度順に同時 8 件まで取得し、有効期間の半分で更新、失敗しても期限までは使い続けます',
  'ambient.control': 'ztunnel は制御用の接続で証明書を要求します。本家は専用の接続を使います',
  'ambient.pings': '応答のある PING はパケットとして記録しません。消えた相手には 20 秒の無応答で気づきます',
  'ambient.waypoints':
    'Waypoint。どの通信を受け持つか、ルート、ポリシー、トンネル越しのクラスター、トンネル内の TLS、準備が整わないあいだの動作',
  'ambient.waypoints-rest':
    'Waypoint のカナリア、PROXY プロトコル、マルチネットワーク、TLS のワイルドカードホスト、拡張',
  'ambient.dns':
    'DNS キャプチャーは ServiceEntry のホストに答えます。名前解決はパケットにならず、Service の名前にはクラスターの DNS が答えます',
  'ambient.entries': 'ztunnel と Waypoint での ServiceEntry と WorkloadEntry。istiod が割り当てるアドレスは作成順です',
  'ambient.rest': 'SOCKS、マルチネットワーク、オンデマンド xDS、証明書の失効リスト (CRL)、メトリクス',
  'gateway.servers': '1 つのプロキシに集まる複数の Gateway のサーバー。どれがポートを共有し、どれが譲るか',
  'gateway.routes': 'Gateway とルートに共通するホスト。順序は Gateway API の優先順位に従う',
  'gateway.ingress':
    'Kubernetes の Ingress。istiod がそこから作る Gateway とルールとして扱う。ステータスには ingressService が指す Service のアドレスを書く。ノードに外部アドレスはない',
  'gateway.deployment': 'Gateway のために istiod がデプロイするもの。オートスケーラーと PDB は省略し、Pod は常に 1 つ',
  'gateway.certificates': 'Secret の証明書は名前と発行者だけを見る。署名と有効期限は検証しない',
  'gateway.proxy-protocol':
    'PROXY ヘッダー（gatewayTopology.proxyProtocol）。ターゲットを持つロードバランサーは、Service に aws-load-balancer-proxy-protocol: "*" の注釈があるか、ターゲットグループ属性で有効なときに、バージョン 2 で送る。ヘルスチェックには付かない',
  'gateway.quic': 'HTTP/3',
  'sidecar.injection':
    'インジェクション: リビジョンとタグの Webhook、istiod のポリシーとバージョン、ネイティブサイドカー、プローブの書き換え',
  'sidecar.redirect': 'istio-init のリダイレクト規則とアノテーション(IPv4、プロキシの UID)',
  'sidecar.cni':
    'サイドカー用の istio-cni: サンドボックス作成時にアノテーションから書く規則、終了コード 126 の istio-validation、規則・削除・ラベルによる修復。API サーバーからの読み取りは失敗しません',
  'sidecar.listeners': 'リスナー、プロトコルの選択と検出、サーバーが先に送るプロトコル',
  'sidecar.routes':
    'VirtualService、HTTPRoute、GRPCRoute のルート: 条件、重み、リダイレクト、直接応答、書き換え、ヘッダー操作、タイムアウト、リトライ、障害注入、ミラーリング、CORS。TLS と TCP のルートも',
  'sidecar.security':
    'エンドポイントごとの自動 mTLS、受信側の PeerAuthentication、HTTP と TCP の AuthorizationPolicy、トークン、外部認可',
  'sidecar.balancing':
    '負荷分散: 最少リクエスト、順番、ランダム、ハッシュ。ローカリティーの優先度、別エンドポイントへのリトライ、コネクションプール',
  'sidecar.destination-rule': 'DestinationRule: subsets、TLS、サーキットブレーカー、外れ値検出、負荷分散方式',
  'sidecar.start': 'pilot-agent の起動: 証明書、Envoy の順に取得します。本家は同時に取得します',
  'sidecar.one-worker': 'プロキシの転送時間はゼロ、ワーカーは 1 つです。宛先ごとのプールとカウントも 1 つです',
  'sidecar.whole-messages':
    'メッセージは丸ごと運ばれます。分割されたボディー、フロー制御、パイプライン、半開接続はありません',
  'sidecar.xds': 'CDS、EDS、LDS、RDS は ACK なしの 1 メッセージで届き、個別のウォームアップはありません',
  'sidecar.filter-chains':
    'リスナーが変わると、変わったチェーンの接続は元のチェーンとポリシーを保ったまま Connection: close または GOAWAY を受け取り、drainDuration の後に閉じられます。ここでコンパイルしないもの（Telemetry、大半の EnvoyFilter）ではドレインせず、GOAWAY は 1 回だけ送ります',
  'sidecar.hashing':
    'コンシステントハッシュはキーとエンドポイントのハッシュで順位を決めます。Envoy はリングや表を使います',
  'sidecar.names': 'エンドポイントの名前は接続するときに引きます。Envoy は前もって引き、定期的に引き直します',
  'sidecar.tokens':
    'トークンの鍵は istiod のプッシュ時に一度だけ取得し、時間はかかりません。ES512、EdDSA、HMAC の署名は常に無効です',
  'sidecar.authorizers': '外部認可サーバーへの問い合わせには、リクエストの本文を含めません',
  'sidecar.slow-start':
    '新しいエンドポイントのウォームアップ。重みは時間とともに増えますが、順番表ではなく重みに応じた抽選で選びます',
  'sidecar.rate-limits':
    'EnvoyFilter のローカルレート制限。ディスクリプターは対象外で、応答が示す残量はリクエストが届いた時点のものです',
  'sidecar.access-log':
    'アクセスログは常に出力します(既定のプロファイルでは無効)。バイト数は概算、x-request-id は独自の値です',
  'sidecar.virtual-service-rest': 'ほかのローカリティーでのリトライ、ヘッジング、ルートや障害を変える Envoy のヘッダー',
  'sidecar.gateway-api-rest': 'HTTPRoute の ExternalAuth と、リトライ予算の割合',
  'sidecar.traffic-policy-rest':
    'ハッシュ用にプロキシが作る Cookie、キープアライブ、tunnel、budgetInterval、PROXY プロトコル、MeshConfig の localityLbSetting、zoneAwareLbSetting のゾーン',
  'sidecar.kinds-rest':
    'EnvoyFilter (ローカルレート制限を除く)、WasmPlugin、TrafficExtension (対象のプロキシの判断ごとに明示)、Telemetry、ドレイン時間とメタデータ以外の ProxyConfig',
  'sidecar.capture-rest': 'TPROXY、DNS キャプチャー、グループによる規則、除外インターフェイス',
  'sidecar.end':
    'プロキシの終了: terminationDrainDuration、アクティブな接続がゼロになるまでの待機、POST /drain と /quitquitquit、消えたエンドポイントのプール',
  'sidecar.agent-rest': '終了以外の Envoy 管理インターフェイス、ProxyConfig オブジェクト',
};
