// 講演で語られたことと、実際にそうかどうか。id は claims.ts のものです。
import type { ClaimTexts } from './en.ts';

export const claimTexts: ClaimTexts = {
  talks: {
    T1: {
      title: 'ニューヨーク・タイムズの事例（参加報告）',
      where: 'KubeCon EU 2025、Kubernetes Meetup Tokyo #70',
    },
    T2: { title: 'Istio の現在と未来：サイドカーとその先', where: 'KubeCon NA 2022、Kubernetes Meetup Tokyo #54' },
    T3: { title: 'サービスメッシュ入門', where: 'builderscon Tokyo 2019' },
    T4: { title: 'Cloud Service Mesh に触れる', where: '2024 年 4 月' },
    T5: { title: 'KubeDay Japan 参加報告', where: '2024 年 8 月' },
  },
  claims: {
    'retries-differ': {
      claim: '言語ごとに再試行のしかたが違い、合わさると、弱ったバックエンドを追い詰める。',
      answer:
        '再試行は、重なる層の数だけ掛け算になります。メッシュなら、すべての呼び出し元の方針をひとつにできます。既定は控えめで、2 回まで、まだ何も実行されていない失敗だけが対象です。',
    },
    'control-plane-down': {
      claim: 'コントロールプレーンが止まっても、通信は続く。',
      answer:
        'プロキシがすでに知っている範囲で続きます。新しいエンドポイント、新しいポリシー、新しい Pod のことは伝わりません。証明書は期限まで使えます。',
    },
    'dns-keeps-dead': {
      claim: 'DNS だけでは、死んだエンドポイントを呼び続けてしまう。',
      answer:
        '答えは TTL の間、ランタイムによってはもっと長く使われます。開いている接続については、もう一度尋ねることもありません。',
    },
    'proxy-starts-late': {
      claim: 'アプリがサイドカーより先に起動し、最初の呼び出しが失敗することがある。',
      answer:
        'Istio 1.27 以降、Kubernetes 1.33 以上ではネイティブサイドカーが既定になり、サイドカーが先に起動します。それより古いクラスターでは、今もこのとおりです。',
    },
    'jobs-never-end': {
      claim: 'サイドカーのある Job は完了しない。',
      answer:
        '普通のサイドカーではそのとおりです。ネイティブサイドカーは完了の判定に数えられず、最後の普通のコンテナーのあとに止められます。',
    },
    'mysql-hangs': {
      claim: 'サーバーが先に話す MySQL は、サイドカーの後ろで止まってしまう。',
      answer:
        'ポートからプロトコルがわからない場合はそうなります。Istio は 3306 では HTTP の判別をしませんが、3307 では止まります。Service にプロトコルを書いてください。',
    },
    'upgrade-restarts-all': {
      claim: 'サイドカーを更新するには、すべての Pod を作り直すしかない。',
      answer: 'サイドカーは Pod の一部です。リビジョンで選べるのは、作り直す時期だけです。',
    },
    'six-or-four': {
      claim: 'サイドカーなら 6、ambient ならプロキシは 4。Pod が 3 倍になると 18 対 4。',
      answer:
        'この数には、ambient がすべてのノードで必要とする istio-cni が入っていません。チャートの既定の requests で、ノードが 3 台、Pod が 6 個なら、ambient のほうが多く要求します（1000m と 1964Mi に対し、サイドカーは 600m と 768Mi）。ambient が安くなるのは、CPU では 11 個、メモリでは 16 個からです。',
    },
    'no-restart-to-join': {
      claim: '再起動せずに ambient モードへ参加できる。',
      answer:
        'コンテナーはそのまま動き続けます。ただし、すでにサイドカーのある Pod からサイドカーを外すには、作り直しが必要です。',
    },
    'node-to-node-plain': {
      claim: 'ambient モードの相互 TLS が守るのはアプリから共有プロキシまでで、ノードの間は守られない。',
      answer:
        '逆です。アプリと ztunnel の間は、Pod の中の平文です。Pod から出る通信は、同じノードの中でも相互 TLS です。',
    },
    'ztunnel-is-envoy': {
      claim: 'ztunnel は Envoy である。',
      answer: '最初はそうでした。2023 年からは Rust で書かれた独立のプログラムで、HTTP は読みません。',
    },
    'waypoint-per-account': {
      claim: 'waypoint は、サービスアカウントごとのプロキシである。',
      answer:
        '最初はそうでした。今は Namespace、Service、Pod をラベルで waypoint に結び付けます。多くは Namespace にひとつです。',
    },
    'upgrade-without-restarts': {
      claim: 'ambient モードは再起動なしに更新できる。',
      answer: 'アプリは再起動されません。ただし、ztunnel のドレインの期限を越えて続く接続は切られます。',
    },
    'quarter-faster': {
      claim: 'ambient モードで、平均レイテンシーが 4.98 ms から 3.70 ms になった。',
      answer:
        'この数字は参加報告にしか見つからず、測り方は公開されていません。負荷も、分布も、ほかに何を変えたかも不明です。向きは参考になりますが、数値としては使えません。',
    },
    'checks-from-everyone': {
      claim: 'すべてのサイドカーがすべてのインスタンスをチェックすると、自分で自分を攻撃することになる。',
      answer:
        '能動的なヘルスチェックは、呼び出し元とインスタンスの積で増えます。Istio は尋ねて回りません。エンドポイントは Kubernetes から知り、失敗するものは通信の結果を見て外します。',
    },
    'global-or-local': {
      claim: 'Cilium のグローバルサービスは、グローバルかローカルかの二択で、中間がない。',
      answer: '重みは指定できません。affinity で片側を優先でき、そちらが全滅したときだけ、もう片側が使われます。',
    },
    'nlb-instance-mode': {
      claim: 'NLB のインスタンスモードでは、Pod が動いていないノードのドレインでも接続が失われる。',
      answer:
        'ノードが中継点になっているためです。IP ターゲットと readiness gate を使うと、Pod 自身がターゲットになります。Expedia の事例です。',
    },
    'liens-protect': {
      claim: '使用中の Kubernetes オブジェクトが削除されないよう、Lien で守れるようになる。',
      answer:
        '提案（KEP-2839）のままで終わりました。実際にあるのは、Crossplane の Usage による admission webhook です。',
    },
  },
};
