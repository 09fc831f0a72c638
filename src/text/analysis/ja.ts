// istioctl のアナライザーが述べること（日本語）。キーは英語版と一致していなければコンパイルできない。
import type { AnalysisTexts } from './en.ts';

export const analysisJa: AnalysisTexts = {
  'field-replaced': '{field} は非推奨です。代わりに {replacement} を使います。',
  'field-ignored': '{field} は非推奨で、無視されます。',
  'kind-removed': '{kind} ({group}) は Istio から削除された種類です。このオブジェクトは何の効果も持ちません。',
  'provider-deprecated': 'プロバイダー「{provider}」は Lightstep 用で、非推奨です。OpenTelemetry への移行が必要です。',
  'no-pod-selected': 'ラベル {selector} を持つ Pod がありません。この設定はどこにも効きません。',
  'credential-not-found': 'ゲートウェイの Pod がある Namespace {namespace} に、Secret「{credential}」がありません。',
  'gateway-not-found': 'Gateway「{gateway}」がありません。',
  'host-not-found':
    'ホスト「{host}」に当たる Service も ServiceEntry もありません。ここに送られるリクエストは失敗します。',
  'mirror-host-not-found': 'ホスト「{host}」に当たる Service も ServiceEntry もありません。ここにはミラーされません。',
  'host-port-not-found': '「{host}」にポート {port} がありません。ここに送られるリクエストは失敗します。',
  'subset-not-found':
    '「{host}」の DestinationRule に、サブセット「{subset}」がありません。ここに送られるリクエストは失敗します。',
  'mirror-subset-not-found':
    '「{host}」の DestinationRule に、サブセット「{subset}」がありません。ここにはミラーされません。',
  'namespace-not-found': 'Namespace「{namespace}」がありません。該当する相手はいません。',
  'namespace-not-injected':
    'Namespace {namespace} の Pod にはサイドカーが付きません。付けるにはラベル istio-injection=enabled を、不要と明示するには istio-injection=disabled を付けます。',
  'pod-without-proxy': 'Namespace がサイドカーを求めているのに、Pod {pod} にはありません。作り直すと付きます。',
  'annotation-misplaced': 'アノテーション {annotation} はここでは効きません。{kinds} に付けるものです。',
  'annotation-unknown': 'Istio に {annotation} というアノテーションはありません。',
  'hosts-conflict':
    'VirtualService {virtualServices} が、メッシュ内で同じホスト {host} を対象にしています。どれが使われるかは決まっていません。1 つにまとめてください。',
  'sidecars-conflict': 'Sidecar {sidecars} が、どれも Pod {pod} を選択しています。どれが使われるかは決まっていません。',
  'sidecars-without-selector':
    'Namespace {namespace} の Sidecar {sidecars} が、どれもすべての Pod を対象にしています。どれが使われるかは決まっていません。',
  'port-needed': '「{host}」にはポートが複数あります（{ports}）。どれを使うか指定してください。',
  'services-differ-in-protocol':
    'この Pod を選択する Service {services} が、ポート {port} を異なるプロトコルで使っています。サイドカーが扱えるのは片方だけです。',
  'port-name':
    'ポート {port} の名前「{name}」からも appProtocol からも、プロトコルが分かりません。プロキシが自分で判別します。',
  'several-injection-labels':
    'ラベル {labels} が、それぞれ別のメッシュへの参加方法を示しています。1 つだけ残してください。',
  'annotation-invalid': 'アノテーション {annotation} に値「{value}」は使えません。',
  'registry-unknown': 'ネットワーク {network} のエンドポイントの取得元「{registry}」は、未知のレジストリーです。',
  'no-workload-matches': 'メッシュ内に、ラベル {labels} を持つ Pod がありません。このポリシーは何も保護しません。',
  'no-workload-in-namespace':
    'Namespace {namespace} に、メッシュに参加している Pod がありません。このポリシーは何も保護しません。',
  'server-not-verified': 'TLS モードが {mode} で caCertificates がないため、{host} が示す証明書は検証されません。',
  'server-not-verified-at-port':
    'TLS モードが {mode} で caCertificates がないため、{host} のポート {port} が示す証明書は検証されません。',
  'host-not-in-gateway':
    'Gateway「{gateway}」は、ホスト {hosts} のどれも公開していません。この設定はそこでは効きません。',
  'addresses-needed':
    'TCP のポートには addresses が必要です。メッシュがアドレスを自動で割り当てない限り、ホストを区別できません。',
  'annotation-deprecated': 'アノテーション {annotation} は非推奨で、今後の Istio では使えなくなる可能性があります。',
  'inject-annotation-deprecated':
    'アノテーション {annotation} は非推奨で、今後の Istio では使えなくなる可能性があります。ラベル {label} を使います。',
  'annotation-alpha': 'アノテーション {annotation} は、アルファ段階の機能のものです。',
  'services-differ-in-port':
    'この Pod を選択する Service {services} が、異なるポート（{ports}）からターゲットポート {targetPort} につながっています。サイドカーが扱えるのは片方だけです。',
  'certificate-twice':
    'Gateway {gateways} が同じ証明書を使っています。HTTP/2 の接続を使い回すクライアントが、意図しない側から 404 を受け取ることがあります。',
  'webhooks-overlap': 'この Webhook と {others} の両方が呼ばれる Pod があります。2 回インジェクションされます。',
  'webhook-service-not-found': 'Webhook が呼び出す Service {service} がありません。',
  'subset-without-effect':
    '{virtualService} のサブセットは、{gateway} のゲートウェイから入るリクエストには効きません。ここのルールだけが使われます。',
  'reserved-user':
    'ユーザー 1337 はサイドカー専用です。アプリケーションがこのユーザーで送る通信は、サイドカーを素通りします。',
  'gateways-conflict':
    'Gateway {gateways} が、同じ Pod（{selector}）のポート {port} で同じホスト（{hosts}）を公開しています。どれが使われるかは決まっていません。',
  'image-not-injected':
    '「{name}」のコンテナーはイメージをインジェクターに任せています（auto）が、この Pod に対して呼ばれる Webhook がありません。',
  'image-left-in-pod': 'Pod「{name}」のコンテナーのイメージが auto のままです。インジェクションされていません。',
  'namespace-injected-by-default':
    'Istio が enableNamespacesByDefault を有効にしてインストールされているため、Namespace {namespace} の Pod にはサイドカーが付きます。',
  'claims-not-read':
    '{key} によるルーティングには、ゲートウェイ {gateway} の Pod {pod} に対する RequestAuthentication が必要です。なければ、クレームは読み取られません。',
  'external-name-port':
    'ExternalName 型の Service では、名前が tcp のポートや、名前からプロトコルが分からないポートが、ほかの通信まで引き受けてしまうことがあります。',
  'relative-operation':
    'このパッチは別のパッチを基準に配置されますが、EnvoyFilter に priority がないため、基準が見つからないことがあります。INSERT_FIRST か ADD を使うか、priority を指定します。',
  'replace-not-possible': 'REPLACE を使えるのは、NETWORK_FILTER、HTTP_FILTER、VIRTUAL_HOST だけです。',
  'add-not-possible': 'ROUTE_CONFIGURATION と HTTP_ROUTE に対する ADD は、何も行いません。',
  'remove-not-possible': 'ROUTE_CONFIGURATION と HTTP_ROUTE に対する REMOVE は、何も行いません。',
  'relative-operation-of-version':
    'このパッチの基準は特定のプロキシバージョン向けのパッチで、EnvoyFilter に priority がないため、アップグレード中に基準が見つからないことがあります。INSERT_FIRST か ADD を使うか、priority を指定します。',
  'telemetry-without-provider':
    'プロバイダーの指定がなく、メッシュの既定のプロバイダーもありません。ログは出力されません。',
  'proxy-image-differs':
    'Pod {pods} のサイドカーは、現在インジェクションされるイメージと異なります。作り直すと新しくなります。',
  'telemetries-conflict':
    'Telemetry {telemetries} が、どれも Pod {pod} を選択しています。どれが使われるかは決まっていません。',
  'telemetries-without-selector':
    'Namespace {namespace} の Telemetry {telemetries} が、どれもすべての Pod を対象にしています。どれが使われるかは決まっていません。',
  'credential-invalid': 'Namespace {namespace} の Secret「{credential}」に、現在有効な証明書と鍵の組がありません。',
  'gateway-port-not-in-service':
    'ゲートウェイの Pod（{selector}）の Service に、ポート {port} につながるものがありません。Service 経由では届きません。',
  'control-plane-missing': 'Webhook {webhook} に、istiod の場所を示す Service も URL もありません。',
  'control-plane-unreadable': 'Webhook {webhook} の URL「{url}」は、URL として読み取れません。',
  'control-plane-by-address':
    'Webhook {webhook} の URL {url} は IP アドレスを指しています。本番環境ではホスト名のほうが適しています。',
  'gateway-internal':
    '「{gateway}」は、istiod が Gateway API の Gateway から作る内部用のもので、変わることがあります。元の Gateway を指定します。',
  'selector-without-effect':
    'selector が、Gateway「{gateway}」の Pod を選択しています。そこでは selector は効きません。targetRef で指定します。',
  'sidecar-for-ambient-pod': 'この Sidecar が選択する Pod はアンビエントモードです。読み取るサイドカーがありません。',
  'sidecar-for-ambient-namespace':
    'この Namespace はアンビエントモードです。Sidecar を読み取るサイドカーがありません。',
  'clusters-differ':
    'Service {service} の内容が、クラスター {clusters} の間で異なります。どのポートやアドレスが使われるかは決まっていません。',
  'condition-negative': 'ステータスの {type} が否定的です: {reason}。{message}',
  'subset-selects-nothing':
    'サブセット「{subset}」のラベルを持つ Pod がありません。ここに送られるリクエストは 503 UH になります。',
  'rule-host-unknown':
    'ホスト「{host}」に当たる Service も ServiceEntry もありません。このルールはどこにも効きません。',
  'key-fetch-unrestricted':
    'istiod は {count} 件の RequestAuthentication（{names}）の鍵を、任意のアドレスから取得します。BLOCKED_CIDRS_IN_JWKS_URIS で、信頼できるアドレスに限定できます。',
  'crd-too-old':
    'CRD {crd} のバンドルは {installed} です。Istio には {minimum} 以降が必要で、それまでこの種類のオブジェクトは読み取られません。',
  'protocols-conflict':
    'ServiceEntry {entries} が、{host} のポート {port} に異なるプロトコル（{protocols}）を指定しています。どれが使われるかは決まっていません。',
};
