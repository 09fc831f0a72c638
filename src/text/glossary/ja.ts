// 用語集です。読みは、文字からわかりにくい語と漢字の語に付けます。
import type { Glossary } from './en.ts';

export const glossary: Glossary = {
  'access-log': {
    term: 'アクセスログ',
    reading: '',
    text: 'プロキシが、終わったリクエストや接続ごとに書く 1 行です。誰が、どこへ、どうなったか、どれだけかかったかがわかります。',
  },
  ambient: {
    term: 'ambient モード',
    reading: 'アンビエントモード',
    text: 'Pod ごとのプロキシがない Istio です。接続の保護は各ノードの ztunnel が受け持ち、HTTP を読む必要があるところにだけ waypoint を置きます。',
  },
  'authorization-policy': {
    term: '認可ポリシー',
    reading: 'にんかポリシー',
    text: '誰に何を許すかの決まりです。Istio では AuthorizationPolicy に書きます。CUSTOM、DENY、ALLOW の順に判定され、当てはまる ALLOW ポリシーがひとつもなければ、残りは許可されます。',
  },
  'auto-mtls': {
    term: '自動 mTLS',
    reading: 'じどうエムティーエルエス',
    text: '相手のエンドポイントにプロキシがあるとわかっていれば相互 TLS、なければ平文を使う、クライアント側プロキシの動作です。DestinationRule に指定があれば、そちらに従います。',
  },
  bound: {
    term: '証明の範囲',
    reading: 'しょうめいのはんい',
    text: 'Meshscope の証明が及ぶ範囲です。何通りのスケジュールを、それぞれ何秒まで調べたかを示します。その外については何も主張しません。',
  },
  canary: {
    term: 'カナリアリリース',
    reading: '',
    text: '新しい版に、まずトラフィックの一部、または一部の人の分だけを流し、そのあとで全体に広げます。',
  },
  certificate: {
    term: '証明書',
    reading: 'しょうめいしょ',
    text: '誰であるかを署名で保証したものです。Istio の証明書には SPIFFE ID が書かれ、既定の有効期間は 24 時間です。切れるよりずっと前に更新されます。',
  },
  'circuit-breaker': {
    term: 'サーキットブレーカー',
    reading: '',
    text: '接続プールの上限です。超えたリクエストは待たされず、すぐに拒否されます（UO）。失敗するホストを外す外れ値検出とは別のものです。',
  },
  connection: {
    term: '接続',
    reading: 'せつぞく',
    text: '二つのソケットの間の TCP の会話ひとつです。L4 で見えるのは接続で、ひとつの接続に多くのリクエストが乗ることがあります。',
  },
  'control-plane': {
    term: 'コントロールプレーン',
    reading: '',
    text: '決めて、伝える側です。Kubernetes では API サーバー、Istio では istiod がこれに当たります。アプリのリクエストは通りません。',
  },
  'data-plane': {
    term: 'データプレーン',
    reading: '',
    text: 'リクエストが実際に通る側です。サイドカー、ztunnel、waypoint、ゲートウェイがあります。最後に伝えられた内容で動き続けます。',
  },
  'deletion-protection': {
    term: '誤削除防止',
    reading: 'ごさくじょぼうし',
    text: 'ほかから使われている間は、そのオブジェクトを削除できないようにするしくみです。',
  },
  deregistration: {
    term: '登録解除',
    reading: 'とうろくかいじょ',
    text: 'ロードバランサーがターゲットに新しい接続を送るのをやめ、開いている接続には猶予を与えることです。',
  },
  'destination-rule': {
    term: 'DestinationRule',
    reading: 'デスティネーションルール',
    text: '行き先が決まったあと、そこへどう届けるかを書きます。サブセット、負荷分散、接続数の上限、外れ値検出、TLS を指定できます。',
  },
  drain: {
    term: 'ドレイン',
    reading: '',
    text: '新しい仕事を受けるのをやめ、開いている仕事を期限まで続けることです。期限を過ぎて残ったものは切られます。',
  },
  'east-west-gateway': {
    term: '東西ゲートウェイ',
    reading: 'とうざいゲートウェイ',
    text: 'ひとつのメッシュに属する二つのクラスターやネットワークの間の入り口です。メッシュの外からの通信は「南北」と呼びます。',
  },
  endpoint: {
    term: 'エンドポイント',
    reading: '',
    text: 'Service の背後にあるアドレスとポートで、EndpointSlice に並びます。プロキシはそれぞれ自分の写しを持ち、変化を少し遅れて知ります。',
  },
  envoy: {
    term: 'Envoy',
    reading: 'エンボイ',
    text: 'Istio のサイドカー、waypoint、ゲートウェイで動くプロキシです。ztunnel は Envoy ではありません。',
  },
  failover: {
    term: 'フェイルオーバー',
    reading: '',
    text: 'いつもの行き先が使えないとき、別のホスト、ゾーン、クラスターへ切り替わることです。',
  },
  'gateway-api': {
    term: 'Gateway API',
    reading: 'ゲートウェイエーピーアイ',
    text: 'Kubernetes 自身のルーティング API です。Gateway、HTTPRoute、GRPCRoute などがあります。親が Service のルートは、メッシュの中の通信についてのものです。',
  },
  goaway: {
    term: 'GOAWAY',
    reading: 'ゴーアウェイ',
    text: 'HTTP/2 のメッセージです。この接続では新しいストリームを受けないと伝えます。開いているストリームは終わりまで続けられます。',
  },
  'grace-period': {
    term: '猶予期間',
    reading: 'ゆうよきかん',
    text: 'Pod に終了を頼んでから強制終了するまでの時間、terminationGracePeriodSeconds です。既定は 30 秒で、preStop フックの時間もここに含まれます。',
  },
  hbone: {
    term: 'HBONE',
    reading: 'エイチボーン',
    text: 'Istio のトンネルです。相互 TLS の中の HTTP/2 CONNECT で、ポート 15008 を使います。アプリの接続ひとつが、その中のストリームひとつになります。',
  },
  'http-route': {
    term: 'HTTPRoute',
    reading: 'エイチティーティーピールート',
    text: 'Gateway API の HTTP 用のルールです。いくつも当てはまるときは、並び順によらず、最も限定的なものが選ばれます。',
  },
  identity: {
    term: 'アイデンティティ',
    reading: '',
    text: 'ワークロードが誰であるかです。証明書で示され、その中身はサービスアカウントです。ラベルやアドレスは含まれません。',
  },
  'incremental-migration': {
    term: '段階的な移行',
    reading: 'だんかいてきないこう',
    text: '新旧を並べて動かしながら、ワークロードを少しずつメッシュに移すことです。',
  },
  'init-container': {
    term: 'init コンテナー',
    reading: 'イニットコンテナー',
    text: '普通のコンテナーより先に動き、最後まで終わるコンテナーです。転送ルールを書く istio-init もそのひとつです。',
  },
  injection: {
    term: '注入',
    reading: 'ちゅうにゅう',
    text: 'Pod が作られるときに、Webhook がサイドカーを書き加えることです。動いている Pod は変わりません。',
  },
  istiod: {
    term: 'istiod',
    reading: 'イスティオディー',
    text: 'Istio のコントロールプレーンです。プロキシに必要な設定を伝え、証明書に署名し、サイドカーを注入します。',
  },
  kubelet: {
    term: 'kubelet',
    reading: 'キューブレット',
    text: '各ノードで動く Kubernetes のエージェントです。そのノードの Pod のコンテナーを起動し、調べ、止めます。',
  },
  'l4-l7': {
    term: 'L4、L7',
    reading: 'エルフォー、エルセブン',
    text: 'L4 でわかるのはアドレスとポートと接続です。L7 ではリクエストを読み、メソッド、パス、ヘッダー、ステータスコードがわかります。',
  },
  locality: {
    term: 'ロケーリティ',
    reading: '',
    text: 'エンドポイントのリージョン、ゾーン、サブゾーンです。ノードから決まります。プロキシは近いものを優先できます。',
  },
  mesh: {
    term: 'サービスメッシュ',
    reading: '',
    text: 'アプリのそばや下にプロキシを置き、ひとつのコントロールプレーンから動かすしくみです。アプリごとのライブラリなしに、アイデンティティ、暗号化、ルーティング、計測が得られます。',
  },
  mtls: {
    term: '相互 TLS（mTLS）',
    reading: 'そうごティーエルエス',
    text: '両側が証明書を示す TLS です。通信が暗号化されるだけでなく、互いに相手が誰かがわかります。',
  },
  'native-sidecar': {
    term: 'ネイティブサイドカー',
    reading: '',
    text: 'restartPolicy: Always を付けた init コンテナーです。普通のコンテナーより先に起動し、そばで動き続け、あとから止められます。',
  },
  netns: {
    term: 'ネットワーク名前空間',
    reading: 'ネットワークなまえくうかん',
    text: 'Pod 専用のネットワークです。インターフェース、ポート、転送ルールを持ち、Pod のすべてのコンテナーが共有します。',
  },
  observability: {
    term: '可観測性',
    reading: 'かかんそくせい',
    text: 'ログ、メトリクス、トレースなど、システムの様子を外からどれだけ知れるかです。',
  },
  'outlier-detection': {
    term: '外れ値検出',
    reading: 'はずれちけんしゅつ',
    text: '続けて何度も失敗したホストを、しばらく負荷分散から外すことです。既定では、外せるのはホスト数の 10 % までです。',
  },
  'peer-authentication': {
    term: 'PeerAuthentication',
    reading: 'ピアオーセンティケーション',
    text: 'サーバー側が何を受け入れるかを決めます。PERMISSIVE は相互 TLS と平文の両方、STRICT は相互 TLS だけです。',
  },
  plaintext: {
    term: '平文',
    reading: 'ひらぶん',
    text: '途中の誰にでも読める通信です。',
  },
  probe: {
    term: 'probe',
    reading: 'プローブ',
    text: 'kubelet からコンテナーへの問いです。startup は起動したか、readiness は呼んでよいか、liveness は再起動すべきかを尋ねます。',
  },
  property: {
    term: '成り立つべきこと',
    reading: 'なりたつべきこと',
    text: '「リクエストがひとつも失敗しない」のように、レッスンのすべてのスケジュールで成り立たなければならない性質です。',
  },
  'redirect-rule': {
    term: '転送ルール',
    reading: 'てんそうルール',
    text: 'Pod 自身のカーネルにある、接続をプロキシのポートへ向ける決まりです。サイドカーのある Pod では、出る接続は 15001、入る接続は 15006 へ向かいます。',
  },
  'response-flag': {
    term: 'レスポンスフラグ',
    reading: '',
    text: 'Envoy のアクセスログに出る、理由を表す短い符号です。UF は上流に接続できない、UC は上流が接続を閉じた、UH は正常な相手がいない、NR はルートがない、UO は上限超え、DC はクライアントが去ったことを示します。',
  },
  retry: {
    term: '再試行',
    reading: 'さいしこう',
    text: 'プロキシがリクエストをもう一度送ることです。Istio の既定は 2 回までで、まだ何も実行されていないとわかる失敗だけが対象です。アプリが返した 503 は再試行されません。',
  },
  revision: {
    term: 'リビジョン',
    reading: '',
    text: 'ひとつのクラスターに並ぶコントロールプレーンのひとつです。ラベル istio.io/rev で選び、アップグレードでは Namespace を順に移します。',
  },
  rollout: {
    term: 'ロールアウト',
    reading: '',
    text: 'Deployment が Pod を少しずつ入れ替えることです。新しい Pod が Ready になる間に、古い Pod が去っていきます。',
  },
  rst: {
    term: 'RST',
    reading: 'リセット',
    text: '待ち受ける相手がいないとき、または接続を切るときの TCP の応答です。相手にはすぐに connection refused か connection reset が返ります。',
  },
  schedule: {
    term: 'スケジュール',
    reading: '',
    text: '実行の進み方のひとつです。ばらつきのある遅延の値と、同じ瞬間に起きることの順番が、ひと通りに決まったものです。',
  },
  'server-first': {
    term: 'サーバーが先に話すプロトコル',
    reading: 'サーバーがさきにはなすプロトコル',
    text: 'MySQL や SMTP のように、サーバーが最初に話すプロトコルです。クライアントの最初のバイトからプロトコルを当てようとするプロキシは、いつまでも待ちます。',
  },
  'service-account': {
    term: 'サービスアカウント',
    reading: '',
    text: 'Kubernetes に対する Pod の名前です。メッシュでは、これがワークロードのアイデンティティになります。',
  },
  'service-discovery': {
    term: 'サービスディスカバリ',
    reading: '',
    text: 'サービスのインスタンスが今どこにあるかを知ることです。',
  },
  sidecar: {
    term: 'サイドカー',
    reading: '',
    text: '同じ Pod の中で、アプリのコンテナーの横に並ぶコンテナーです。ここでは、Pod の通信がすべて通る Envoy を指します。',
  },
  sniffing: {
    term: 'プロトコル判別',
    reading: 'プロトコルはんべつ',
    text: 'Service のポートに種類が書かれていないとき、プロキシが最初のバイトを見て HTTP かどうかを判断することです。',
  },
  'spiffe-id': {
    term: 'SPIFFE ID',
    reading: 'スピッフィーアイディー',
    text: 'URI で書いたアイデンティティです。spiffe://トラストドメイン/ns/Namespace/sa/サービスアカウント の形で、証明書に入っています。',
  },
  'start-stop-order': {
    term: '起動・終了の順序',
    reading: 'きどう・しゅうりょうのじゅんじょ',
    text: 'Pod のどのコンテナーが先に起動し、どれが最後に止まるかです。普通のコンテナーは互いを待ちません。',
  },
  subset: {
    term: 'サブセット',
    reading: '',
    text: 'サービスのエンドポイントのうち、DestinationRule のラベルで選んだ一部です。VirtualService から名前で行き先にできます。',
  },
  'virtual-service': {
    term: 'VirtualService',
    reading: 'バーチャルサービス',
    text: 'ホストに対する Istio 独自のルーティングルールです。上から順に見て、最初に当てはまったものが使われます。',
  },
  waypoint: {
    term: 'waypoint',
    reading: 'ウェイポイント',
    text: 'ambient モードの Envoy です。結び付けられたサービスの HTTP を読みます。呼ぶ側ではなく、呼ばれる側に属します。',
  },
  webhook: {
    term: 'admission webhook',
    reading: 'アドミッションウェブフック',
    text: 'オブジェクトを保存する前に API サーバーが問い合わせる相手です。答えがないときに断るか、そのまま進むかは failurePolicy で決まります。',
  },
  weight: {
    term: '重み',
    reading: 'おもみ',
    text: 'ルートのリクエストを配る割合です。背後の Pod の数によらず、リクエストごとに決まります。',
  },
  xds: {
    term: 'xDS',
    reading: 'エックスディーエス',
    text: 'istiod がプロキシに設定を伝える方法です。リスナー、ルート、クラスター、エンドポイントを、変わるたびにストリームで送ります。',
  },
  'zero-downtime': {
    term: '無停止移行',
    reading: 'むていしいこう',
    text: '誰も拒否されないまま、通信を古いものから新しいものへ移すことです。',
  },
  ztunnel: {
    term: 'ztunnel',
    reading: 'ジートンネル',
    text: 'ambient モードでノードごとに動く、Rust で書かれたプロキシです。接続の単位で働き、アイデンティティ、暗号化、L4 のポリシーを受け持ちます。HTTP は読みません。',
  },
};
