// マニフェストの診断メッセージ（日本語）。キーは英語版と一致していなければコンパイルできない。
import type { DiagnosticTexts } from './en.ts';

export const diagnosticsJa = {
  'text-too-large':
    'このファイルは {size} 文字あり、1 ファイルの上限 {limit} 文字を超えるため読み込みませんでした。ほかのファイルは読み込んでいます。',
  'texts-too-large':
    'このファイルを含めると全体で {size} 文字になり、上限の {limit} 文字を超えるため読み込みませんでした。ほかのファイルは読み込んでいます。',
  'too-many-documents':
    'このファイルを含めるとドキュメントが上限の {limit} 件を超えるため読み込みませんでした。ほかのファイルは読み込んでいます。',
  'too-many-values':
    'このファイルを含めるとキーと値がおよそ {count} 個になり、上限の {limit} 個を超えるため読み込みませんでした。ほかのファイルは読み込んでいます。',
  'binary-file': 'テキストファイルではありません。マニフェストは UTF-8 の YAML か JSON で書きます。',
  'document-too-large': 'このドキュメントは {size} 文字あります。API サーバーが受け付けるのは {limit} 文字までです。',
  'too-deep': 'ネストが {limit} 段を超えています。',
  'control-character': 'ここには制御文字（{character}）を書けません。',
  'full-width-colon': '全角コロン「：」(U+FF1A) です。YAML では半角の「:」と半角スペースが必要です。',
  'full-width-space': '全角スペース (U+3000) です。YAML では半角スペースを使います。',
  'no-break-space': 'ノーブレークスペースです。YAML では通常の半角スペースを使います。',
  'tab-indentation': 'インデントにタブが使われています。YAML では半角スペースを使います。',
  'yaml-alias-unknown': 'このエイリアスより前に、アンカー「{name}」がありません。',
  'yaml-alias-recursive': 'エイリアス「{name}」が、自分自身のアンカーの中にあります。',
  'yaml-aliases-too-many': 'エイリアスを展開すると、ノードが {limit} 個を超えます。',
  'yaml-alias-properties': 'エイリアスにアンカーやタグは付けられません。',
  'yaml-anchor-or-tag': 'ここにアンカーやタグは書けません。',
  'yaml-bad-escape': '二重引用符の中に、未知のエスケープシーケンスがあります。',
  'yaml-bad-indentation': 'インデントが誤っています。同じマッピングやリストの要素は、同じ桁から始めます。',
  'yaml-colon-space': 'コロンの後に半角スペースがありません。',
  'yaml-bad-scalar-start': '値を「{character}」で始めることはできません。引用符で囲んでください。',
  'yaml-block-in-flow': '角括弧や波括弧の中では、リストやマッピングも括弧を使って書きます。',
  'yaml-compact-mapping': '1 行に「キー: 値」が 2 つあります。改行するか、値を引用符で囲んでください。',
  'yaml-directive': 'この YAML ディレクティブは無効です。',
  'yaml-key-multiline': 'キーは 1 行に収め、後ろにコロンを付けます。',
  'yaml-key-too-long': 'キーは 1,024 文字までです。',
  'yaml-key-type': 'キーに使えるのは、文字列、数値、真偽値だけです。',
  'yaml-merge-type': 'マージキー「<<」の値は、マッピングかマッピングのリストでなければなりません。',
  'yaml-missing-character': '「{character}」が足りません。',
  'yaml-not-json': '{value} は JSON では表せないため、Kubernetes API では使えません。',
  'yaml-number-too-large': '{value} は正確に保持できる範囲を超えています。名前であれば引用符で囲んでください。',
  'yaml-syntax': 'ここから先を YAML として読めません。',
  'yaml-unexpected': 'ここには書けません。インデントと前の行を確認してください。',
  'yaml-unclosed': '閉じる「{character}」がありません。',
  'full-width-comma':
    '全角の読点・カンマ「，」(U+FF0C)、「、」(U+3001) です。YAML では半角の「,」と半角スペースが必要です。',
  'full-width-hyphen': '全角のハイフンです。YAML では半角の「-」と半角スペースが必要です。',
  'template-not-rendered':
    'これはテンプレートで、まだマニフェストではありません。先に helm template などで展開してください。',
  'merge-conflict': '解決されていないマージコンフリクトの印です。どちらか一方を選び、印を消してください。',
  'not-utf-8': 'UTF-8 として読めないバイトが「�」に置き換えられています。UTF-8 で保存し直してください。',
  'duplicate-key': 'キー「{key}」が重複しています（最初は {line} 行目）。最後の値が使われます。',
  'more-diagnostics': 'このドキュメントには、ほかに {count} 件の問題があります。',

  'not-an-object':
    'マニフェストは apiVersion、kind、metadata を持つマッピングでなければなりません。実際の型は {found} です。',
  'list-item-not-an-object': 'List の要素はオブジェクトでなければなりません。実際の型は {found} です。',
  'api-version-missing': 'apiVersion が指定されていません。',
  'kind-missing': 'kind が指定されていません。',
  'api-version-invalid':
    '「{apiVersion}」は API バージョンではありません。「グループ/バージョン」、コアグループなら「v1」と書きます。',
  'removed-api-version': '{apiVersion} の {kind} は {since} で廃止されました。{instead} を使ってください。',
  'removed-kind': '{kind}（{apiVersion}）は {since} で廃止されました。',
  'no-such-version': '{apiVersion} に {kind} という kind はありません。{instead} を使ってください。',
  'no-such-kind': '{apiVersion} に {kind} という kind はありません。',
  'no-such-kind-near': '{apiVersion} に {kind} という kind はありません。{near} ではありませんか。',
  'scenario-missing':
    'このファイルにシナリオがありません。apiVersion: meshscope.dev/v1、kind: Scenario のドキュメントが必要です。',
  'scenario-call':
    '{field}: 「{value}」は呼び出しとして読めません。URL と「on start」「every 200ms」（1ms 以上）、gRPC なら「bidi stream every 1s」のいずれか、または url を持つオブジェクトを書いてください。',
  'scenario-delete':
    '{field}: 「{value}」は PeerAuthentication/shop/default のように「Kind/namespace/name」の形で書きます。',
  'scenario-duration':
    '{field}: 「{value}」は 24 時間以内の時間ではありません。250us、5ms、1.5s、2m、1h のように書きます。',
  'scenario-intervention':
    '{field}: 介入には「at」と操作 1 つが必要です。操作は apply、delete、request、kill、restart、pause、slow、cordon、uncordon、drain、reboot、lose、skew、delay、drop、duplicate、partition、cut、expire、heal、scale、roll、upgrade で、それぞれに必要な項目を添えます。',
  'scenario-link-end':
    '{field}: 「{value}」はリンクの端として使えません。namespace/workload、node:NAME、control-plane、または残りすべてを表す * と書きます。',
  'scenario-node-name':
    '{field}: 「{value}」はノード名として使えません。英小文字、数字、「-」、「.」で 63 文字までです。',
  'scenario-node-twice': '{field}: 同じ名前のノードが 2 つあります。',
  'scenario-too-often': '{field}: 「{value}」は短すぎます。呼び出しの間隔は 1ms 以上です。',
  'scenario-url':
    '{field}: 「{value}」は URL ではありません。http://orders:8080/、grpc://orders:9000/shop.Orders/Place、tcp://mysql:3306 のように書きます。',
  'scenario-version': '{field}: 「{value}」は 1.31.0 のようなバージョンではありません。',
  'scenario-window': '{field}: 「{value}」は 5ms のような時間でも、min と max の範囲でもありません。',
  'scenario-window-order': '{field}: min が max より長くなっています。',
  'scenario-workload': '{field}: 「{value}」は shop/orders のように「namespace/workload」の形で書きます。',
  'calls-annotation-invalid':
    '「{value}」は呼び出しとして読めないため、実行されません。http://stock:8080/ every 1s のように、URL と「on start」「every 200ms」（1ms 以上）、gRPC なら「bidi stream every 1s」のいずれかを書いてください。',
  'namespace-missing':
    'Namespace「{namespace}」を作るファイルがありません。ここでは自動的に用意しますが、実際のクラスターでは作るまで拒否されます。',
  'service-selects-nothing':
    'このマニフェストには、同じ namespace でラベル {labels} を持つ Pod がありません。Service「{name}」にはエンドポイントがないので、すでに開いている接続を除いてリクエストは失敗します。',
  'target-port-missing':
    'Service「{name}」の背後の Pod に、「{port}」という名前のポートを持つコンテナがありません。このポートにはエンドポイントがありません。',
  'call-host-unknown': 'namespace {namespace} に Service「{name}」がないため、この名前は解決できません。',
  'call-port-missing': 'Service「{name}」にポート {port} はありません。あるのは {ports} だけです。',
  'program-without-workload':
    'このマニフェストに「{workload}」というワークロードがないため、このプログラムは使われません。',
  'intervention-without-packets':
    'このシミュレーションでは、コントロールプレーンとクライアントの通信はパケットではないため、「{intervention}」は効果がありません。通信を止めるには partition を使ってください。',
  'intervention-without-target': 'このマニフェストとノードの中に「{target}」がないため、この介入は何も起こしません。',
  'too-many-pods':
    '{kind}「{name}」は {count} 個の Pod を求めていますが、シミュレーションできるのは全部で {limit} 個までです。これを除いて実行します。',
  'run-too-many-records':
    '{at} で実行を止めました。記録が {limit} 件を超えています。それまでに起きたことは引き続き確認できます。Pod や呼び出しを減らすか、時間を短くすると先まで進みます。',
  'run-stands-still':
    '{at} で実行を止めました。時間が進まないまま {limit} を超える出来事が起きています。それまでに起きたことは引き続き確認できます。',
  'accepted-not-simulated': '{kind} は受け付けますが、まだシミュレーションの対象ではありません。',
  'field-not-simulated': '{field} は受け付けますが、シミュレーションの対象ではなく、ここでは何も変わりません。',
  'text-not-simulated': '{field} のうち、次のフィールドはシミュレーションの対象ではありません: {within}',
  'unknown-kind':
    '{kind}（{apiVersion}）は未知の kind です。その CRD があるクラスターと同じように受け付けますが、シミュレーションはしません。',
  'not-for-the-cluster':
    '{kind} は {tool} の入力で、クラスターのオブジェクトではないため、読み飛ばします。{tool} の出力を与えてください。',
  'duplicate-object':
    '{kind}「{name}」は {path} の {line} 行目にもあります。kubectl apply をもう一度行ったときと同じく、このドキュメントで置き換えます。',

  'unknown-field': '未知のフィールド「{field}」です。',
  'unknown-field-near': '未知のフィールド「{field}」です。{near} ではありませんか。',
  'wrong-type': '{field}: 型は {expected} でなければなりませんが、{found} になっています。',
  'required-field': '{field}: 値が必要です。',
  'unsupported-value': '{field}: 「{value}」は使えません。使える値: {allowed}。',
  'pattern-mismatch': '{field}: 「{value}」は {pattern} に一致しません。',
  'wrong-format': '{field}: 「{value}」は {format} の形式ではありません。',
  'too-long': '{field}: {length} 文字あります。上限は {limit} 文字です。',
  'too-short': '{field}: {length} 文字しかありません。{limit} 文字以上必要です。',
  'too-large': '{field}: {value} は最大値 {limit} を超えています。',
  'too-small': '{field}: {value} は最小値 {limit} を下回っています。',
  'too-many-items': '{field}: 要素が {count} 個あります。上限は {limit} 個です。',
  'too-few-items': '{field}: 要素が {count} 個です。{limit} 個以上必要です。',
  'duplicate-value': '{field}: 値「{value}」が重複しています。',
  'at-most-one-of': '{field}: 次のうち指定できるのは 1 つまでです: {fields}。',
  'exactly-one-of': '{field}: 次のうちちょうど 1 つを指定します: {fields}。',
  'not-together': '{field} は {other} と同時に指定できません。',

  'name-missing': 'この {kind} には metadata.name がありません。',
  'generate-name': 'kubectl apply では generateName を使えません。名前を付けてください。',
  'not-dns-label':
    '{field}: 「{value}」に使えるのは英小文字、数字、「-」だけで、先頭と末尾は英小文字か数字です（RFC 1123 ラベル）。',
  'not-dns-1035-label':
    '{field}: 「{value}」に使えるのは英小文字、数字、「-」だけで、先頭は英小文字、末尾は英小文字か数字です（RFC 1035 ラベル）。',
  'not-dns-subdomain':
    '{field}: 「{value}」に使えるのは英小文字、数字、「-」、「.」だけで、先頭と末尾は英小文字か数字です（RFC 1123 サブドメイン）。',
  'not-path-segment': '{field}: 「{value}」は「.」や「..」であってはならず、「/」と「%」も使えません。',
  'not-label-key':
    '{field}: 「{value}」は、英数字、「-」、「_」、「.」からなる 63 文字以内の名前でなければなりません。前に DNS 名の接頭辞と「/」を付けられます。',
  'not-label-value':
    '{field}: 「{value}」は、英数字、「-」、「_」、「.」からなる 63 文字以内の値で、先頭と末尾は英数字でなければなりません。',
  'not-port-name':
    '{field}: 「{value}」は、英小文字、数字、「-」からなる 15 文字以内の名前でなければなりません。英字を 1 つ以上含み、「-」は連続させず、先頭と末尾にも置けません。',
  'not-config-key': '{field}: 「{value}」はファイル名になるため、英数字、「-」、「_」、「.」だけを使います。',
  'not-env-name': '{field}: 「{value}」に使えるのは、「=」以外の印字可能な ASCII 文字だけです。',
  'not-header-name': '{field}: 「{value}」は有効なヘッダー名ではありません。',
  'not-percentage': '{field}: 「{value}」は、整数か 25% のような割合でなければなりません。',

  'port-out-of-range': '{field}: {value} は 1 から 65535 の範囲になければなりません。',
  'node-port-out-of-range': '{field}: {value} は NodePort の範囲 {min}-{max} の外です。',
  'port-name-required': '{field}: 値が必要です。複数のポートを持つ Service では、すべてのポートに名前を付けます。',
  'host-port-differs':
    '{field}: hostNetwork を使う場合、hostPort（{value}）は containerPort（{other}）と同じでなければなりません。',
  'volume-not-found': '{field}: Pod にボリューム「{value}」がありません。',
  'request-over-limit': '{field}: リクエスト（{value}）が上限（{limit}）を超えています。',
  'success-threshold':
    '{field}: Liveness Probe と Startup Probe では 1 でなければなりませんが、{value} になっています。',
  'sleep-over-grace': '{field}: {value} 秒は、0 から猶予期間 {limit} 秒までの範囲になければなりません。',
  'init-container-field': '{field} は、restartPolicy: Always の init コンテナーでだけ指定できます。',
  'container-restart-policy': '{field} は init コンテナーでだけ指定できます。',
  'restart-policy-missing': '{field}: 既定値の Always はここでは使えません。次のいずれかを指定します: {allowed}。',
  'selector-empty': '{field}: 空のセレクターは、すべての Pod を選んでしまいます。',
  'selector-mismatch': '{field} が Pod テンプレートのラベルと一致しません。',
  'selector-label-missing':
    '{field}: Pod テンプレートにラベル {key}={value} がないため、セレクターが自分の Pod を見つけられません。',
  'selector-label-differs':
    '{field}: セレクターは {key}={value} を求めていますが、Pod テンプレートは {key}={actual} です。',
  'deadline-within-ready': '{field}: {value} 秒は minReadySeconds（{other} 秒）より長くなければなりません。',
  'rollout-stuck': '{field}: maxUnavailable と maxSurge が両方とも 0 では、ロールアウトを始められません。',
  'daemon-surge': '{field}: DaemonSet では、maxSurge と maxUnavailable の一方だけを 0 より大きくできます。',
  'cron-schedule':
    '{field}: 「{value}」はスケジュールとして読めません。*/5 * * * * のように分、時、日、月、曜日を書くか、@hourly などと書きます。',
  'job-selector': '{field}: Job のセレクターは自動生成されます。指定するのは manualSelector: true のときだけです。',
  'secret-key-missing': '{field}: タイプが {type} の Secret には、キー {key} が必要です。',

  'bad-regex': '{field}: 「{value}」は、Envoy が使う RE2 の正規表現として正しくありません。',
  'parent-section-missing':
    '{field}: 親「{name}」を 2 回参照しています。その場合は、それぞれに異なる sectionName か port が必要です。',
  'path-not-absolute': '{field}: タイプが {type} のパスは「/」で始めます。「{value}」はそうなっていません。',
  'path-characters': '{field}: 「{value}」には、タイプ {type} のパスで使えない文字やセグメントがあります。',
  'prefix-replace-needs-prefix': '{field}: 接頭辞の置き換えは、パスの接頭辞だけで照合するルールでのみ使えます。',
  'redirect-with-backends':
    '{field}: リダイレクトするルールはバックエンドに何も送りません。どちらか一方を削除してください。',
  'backend-timeout-longer': '{field}: {value} が、リクエスト全体のタイムアウト（{limit}）より長くなっています。',

  'istio-dry-run-kind': '{field}: このアノテーションを使えるのは AuthorizationPolicy だけです。',
  'istio-dry-run-action': '{field}: ドライランができるのは ALLOW と DENY だけで、{action} ではできません。',
  'istio-dry-run-value': '{field}: 「{value}」は true か false でなければなりません。',
  'istio-empty-list': '{field} を空にはできません。',
  'istio-empty-value': '{field}: 空の値は使えません。',
  'istio-selector-empty': '{field} にラベルがないため、すべてのワークロードが対象になります。',
  'istio-selector-wildcard': '{field}: セレクターではワイルドカードを使えません（{value}）。',
  'istio-one-selector': '{field}: selector、targetRef、targetRefs のうち、指定できるのは 1 つだけです。',
  'istio-target-kind':
    '{field}: {kind}（グループ「{group}」）は対象にできません。対象にできるのは、それぞれ正しいグループの Service、ServiceEntry、Gateway、GatewayClass です。',
  'istio-target-namespace': '{field} は指定できません。ポリシーが参照できるのは同じ Namespace の対象だけです。',
  'istio-address': '{field}: 「{value}」は IP アドレスでも CIDR ブロックでもありません。',
  'istio-service-account':
    '{field}: 「{value}」は「serviceAccount」か「namespace/serviceAccount」の形で、ワイルドカードなしで書きます。',
  'istio-trust-domain': '{field}: トラストドメインに「/」は使えません（{value}）。',
  'istio-wildcard': '{field}: 「*」は先頭か末尾に 1 つだけ使えます（{value}）。',
  'istio-path-template':
    '{field}: 「{value}」は有効なパスではありません。{*} は 1 つのセグメント、{**} は末尾の任意の数のセグメントを表し、波括弧はそれ以外に使えません。',
  'istio-authz-rules-missing':
    '{field}: ルールのない {action} は一度も適用されません。すべてのリクエストを対象にするなら rules: [{}] と書きます。',
  'istio-authz-provider-missing': '{field}: CUSTOM にはプロバイダーの名前が必要です。',
  'istio-authz-provider-action': '{field}: プロバイダーを指定できるのは CUSTOM だけで、{action} では使えません。',
  'istio-authz-custom-field': '{field}: {name} は CUSTOM では使えません。',
  'istio-authz-empty': '{field} を空にはできません。条件を 1 つ以上書くか、この部分を省いてください。',
  'istio-authz-identity-mix': '{field} は principals や namespaces と同時に指定できません。',
  'istio-authz-condition-key': '{field}: 「{key}」は未知の属性です。',
  'istio-authz-condition-values': '{field}: {key} には values か notValues が必要です。',
  'istio-authz-deny-tcp':
    '{field}: この DENY ルールには HTTP の条件しかありません。サイドカーでは TCP ポートへの接続をすべて拒否します。ポートを明記すれば避けられます。',
  'istio-port-level-selector': '{field} には selector が必要です。メッシュ全体や Namespace 全体には指定できません。',
  'istio-vs-delegate-field': '{field}: hosts のない VirtualService は委譲先であり、これを持てません。',
  'istio-vs-delegate-nested': '{field}: 委譲先からさらに委譲することはできません。',
  'istio-vs-no-routes': '{field}: VirtualService には http、tls、tcp のいずれかのルートが必要です。',
  'istio-vs-no-action': '{field}: ルールには route、redirect、directResponse のいずれか 1 つが必要です。',
  'istio-vs-host': '{field}: 「{value}」は有効なホスト名ではありません。',
  'istio-vs-wildcard-mesh':
    '{field}: ホスト「*」はゲートウェイを指定したときだけ使えます。メッシュ全体には使えません。',
  'istio-vs-duplicate-host': '{field}: 「{host}」と「{other}」が重なっています。',
  'istio-vs-weight-zero': '{field}: すべての宛先の重みの合計が 0 です。',
  'istio-vs-unreachable': '{field} は使われません。match のないルール {rule} がすべてに一致するためです。',
  'istio-sni-host': '{field}: 「{value}」は hosts（{hosts}）のどれにも含まれません。',
  'istio-sni-address': '{field}: ほとんどのクライアントは IP アドレスを SNI として送りません（{value}）。',
  'istio-gateway-name': '{field}: 「{value}」は「namespace/name」の形で書きます。',
  'istio-gateway-legacy': '{field}: ゲートウェイ名の古い書き方です。{instead} と書いてください。',
  'istio-export-to': '{field}: 「{value}」はほかの要素と並べて書けません。',
  'istio-claim-route-mesh': '{field}: JWT クレームによるルーティングは、ゲートウェイでだけ使えます。',
  'istio-header-reserved': '{field}: ヘッダー「{value}」はここでは変更できません。',
  'istio-header-value': '{field}: 「{value}」は有効なヘッダー値ではありません。パーセント記号は %% と書きます。',
  'istio-authority-twice': '{field}: authority は、このルールの別の場所ですでに書き換えられています。',
  'istio-percentage': '{field}: {value} は 0 から 100 までの割合ではありません。',
  'istio-duration': '{field}: 「{value}」は、1.5s のような 1ms 以上でミリ秒単位の時間でなければなりません。',
  'istio-redirect-empty': '{field} には uri、prefixRewrite、authority、scheme、port のいずれかが必要です。',
  'istio-redirect-code': '{field}: {value} はリダイレクトのステータスコード（300-399）ではありません。',
  'istio-rewrite-empty': '{field} には uri、uriRegexRewrite、authority のいずれかが必要です。',
  'istio-http-status': '{field}: {value} は HTTP ステータスコード（200-599）ではありません。',
  'istio-body-large': '{field}: {length} バイトの本文は、コントロールプレーンの負荷になります。',
  'istio-fault-empty': '{field} には abort と delay の少なくとも一方が必要です。',
  'istio-abort-without-error':
    '{field} に、中断時に返すエラーがありません。httpStatus か grpcStatus を指定してください。',
  'istio-grpc-status': '{field}: 「{value}」は gRPC ステータスではありません。NOT_FOUND のように書きます。',
  'istio-not-supported': '{field} は Istio でまだサポートされていません。',
  'istio-retry-disabled': '{field}: attempts が 0 なので、リトライのほかの設定に意味がありません。',
  'istio-reserved-annotation': '{field}: このアノテーションは istiod 専用です。',
  'istio-protocol':
    '{field}: 「{value}」は Istio が知らないプロトコルです。HTTP、HTTP2、GRPC、HTTPS、TLS、TCP などを指定してください。',
  'istio-export-to-nobody': '{field}: だれにも公開しない指定（~）ができるのは ServiceEntry だけです。',
  'istio-export-to-selector':
    '{field}: workloadSelector のあるルールは自分の Namespace でだけ有効で、「{value}」には公開できません。',
  'istio-unix-address': '{field}: 「{value}」は、unix:// の後にソケットの絶対パスか「@」で始まる抽象名を書きます。',
  'istio-unix-port': '{field}: Unix ドメインソケットにはポートがありません。番号は {value} ではなく 0 にします。',
  'istio-unix-ports': '{field}: Unix ドメインソケットにポートはありません。',
  'istio-unix-one-port':
    '{field}: エンドポイントが Unix ドメインソケットのサービスには、ポートがちょうど 1 つ必要です。',
  'istio-unix-bind': '{field}: 番号のないリスナーは Unix ドメインソケットにバインドします（bind: unix://path）。',
  'istio-unix-capture':
    '{field}: Unix ドメインソケットでトラフィックは捕捉できません。DEFAULT か NONE を使ってください。',
  'istio-target-port': '{field} はここでは効果がありません。削除してください。',
  'istio-short-host':
    '{field}: 「{value}」は短縮名です。name.namespace.svc.cluster.local のような完全な名前で書いてください。',
  'istio-partial-wildcard': '{field}: 「{value}」の「*」は、*.example.com のようにラベル全体でなければなりません。',
  'istio-host-namespace': '{field}: 「{value}」の「/」より前は、Namespace の名前か「.」か「*」でなければなりません。',
  'istio-host-form': '{field}: 「{value}」は「namespace/host」の形で書きます。',
  'istio-tls-missing': '{field}: {protocol} のサーバーには TLS の設定が必要です。',
  'istio-tls-plaintext':
    '{field}: {protocol} のポートで TLS は終端できません。HTTP のポートで使えるのは httpsRedirect だけです。',
  'istio-https-redirect': '{field}: HTTPS へリダイレクトできるのは HTTP のポートだけで、{protocol} ではできません。',
  'istio-tls-version':
    '{field}: {value} には対応する cipherSuites の指定が必要です。既定の暗号スイートはもう対応していません。',
  'istio-cipher-unknown': '{field}: 「{value}」は未知の暗号スイートのため無視されます。',
  'istio-tls-field': '{field} はモード {mode} では指定できません。',
  'istio-tls-ignored': '{field}: モード {mode} では証明書を使わないため、指定した証明書は無視されます。',
  'istio-tls-two-certificates': '{field}: 使われるサーバー証明書は 2 つまでです。',
  'istio-policy-empty': '{field} には少なくとも 1 つのフィールドが必要です。',
  'istio-deprecated': '{field} は非推奨です。{instead} を使ってください。',
  'istio-local-origin': '{field} には splitExternalLocalOriginErrors: true が必要です。',
  'istio-endpoint-address': '{field}: 「{value}」は IP アドレスでもホスト名でもありません。',
  'istio-not-positive': '{field} は {value} ではなく、0 より大きくなければなりません。',
  'istio-maglev-size': '{field}: Maglev のテーブルの大きさは {limit} 未満の素数でなければなりません（指定: {value}）。',
  'istio-config-map':
    '{field}: 「{value}」は configmap://{namespace}/name の形で、同じ Namespace の ConfigMap を指定します。',
  'istio-failover-topology': '{field}: ラベル {value} はすでに優先順に含まれるため、ここには指定できません。',
  'istio-failover-outlier': '{field} には outlierDetection が必要です。ないと異常が検出されません。',
  'istio-failover-same': '{field}: 「{value}」から同じリージョンへはフェイルオーバーできません。',
  'istio-failover-region': '{field}: 「{value}」には、ゾーンやワイルドカードを含まないリージョン名を書きます。',
  'istio-locality-weight': '{field}: {value} は 1 から 100 までの割合ではありません。',
  'istio-locality-total': '{field}: 割合の合計が 100 ではなく {total} です。',
  'istio-locality-form':
    '{field}: 「{value}」は region、region/zone、region/zone/subzone の形で書き、「*」は末尾でだけ使えます。',
  'istio-locality-overlap': '{field}: 「{value}」は前にあるローカリティと重なっています。',
  'istio-block-resolution':
    '{field}: resolution が {resolution} のときアドレスブロック（{value}）は使えません。使えるのは NONE と STATIC だけです。',
  'istio-tcp-needs-address':
    '{field}: TCP のポートやプロトコルのないポートには addresses が必要です。ここでは自動で割り当てられません。',
  'istio-no-endpoints': '{field}: resolution が {resolution} のとき、エンドポイントは指定できません。',
  'istio-no-addresses': '{field}: resolution が {resolution} のとき、アドレスは指定できません。',
  'istio-selector-resolution': '{field} は resolution が {resolution} のとき効果がありません。',
  'istio-resolvable-host':
    '{field}: resolution が {resolution} でエンドポイントがないときはホスト名そのものを引くため、「{value}」は完全なホスト名でなければなりません。',
  'istio-one-endpoint': '{field}: resolution が {resolution} のとき、エンドポイントは 1 つまでです。',
  'istio-static-address': '{field}: resolution が STATIC のとき、「{value}」は IP アドレスでなければなりません。',
  'istio-endpoint-port': '{field}: ServiceEntry に「{value}」という名前のポートがありません。',
  'istio-hosts-share-address': '{field}: 複数のホストがアドレスを共有していますが、この TCP ポートでは区別できません。',
  'istio-hosts-one-tcp-port':
    '{field}: 複数のホストには HTTP か TLS のポートが必要です。素の TCP ではホストを区別できません。',
  'istio-host-not-wildcard':
    '{field}: resolution が {resolution} のホストは「*」で始めます。「{value}」はそうなっていません。',
  'istio-dynamic-protocol': '{field}: resolution が {resolution} のポートは HTTP、HTTP2、GRPC、TLS のいずれかです。',
  'istio-dynamic-internal': '{field}: waypoint を使うとき、resolution が {resolution} の MESH_INTERNAL は使えません。',
  'istio-address-unset': '{field} にアドレスがないため、ネットワーク「{network}」のゲートウェイを経由します。',
  'istio-probe-method': '{field} には httpGet、tcpSocket、exec のいずれかが必要です。',
  'istio-sidecar-empty':
    '{field} が空です。Sidecar には ingress、egress、outboundTrafficPolicy、inboundConnectionPool のいずれかが必要です。',
  'istio-default-endpoint':
    '{field}: 「{value}」は 127.0.0.1:port、0.0.0.0:port、[::1]:port、[::]:port、:port、unix://path のいずれかの形で書きます。',
  'istio-pool-protocol': '{field}: ポートのプロトコルが HTTP ではない（{protocol}）ため、TCP の設定だけが有効です。',
  'istio-catch-all-last': '{field}: ポートのないリスナーは残りすべてを受けるため、最後に置きます。',
  'istio-egress-host-twice': '{field}: 「{value}」はリストの別の要素と重なっています。',
  'istio-egress-host-all': '{field}: */* がすべてを選ぶため、ほかの要素に意味はありません。',
  'istio-egress-proxy-mode': '{field} は mode: ALLOW_ANY のときだけ指定できます。',
  'istio-envoy-filter':
    '{field}: EnvoyFilter が触れる Envoy の内部設定は、バージョンごとに変わりえます。ほかの API で済むならそちらを使ってください。',
  'istio-envoy-match': '{field}: {applyTo} を対象とするときに使える条件は {wanted} だけです。',
  'istio-envoy-filter-match': '{field} は {applyTo} では効果がありません。',
  'istio-envoy-sub-filter': '{field} が使えるのは、applyTo: HTTP_FILTER で {manager} のフィルターの中だけです。',
  'istio-envoy-v2': '{field}: 型「{value}」は廃止された Envoy の v2 API のものです。v3 の型を使ってください。',
  'istio-proxy-version-long': '{field} は {length} 文字あり、上限の {limit} 文字を超えるため無視されます。',
  'istio-url-scheme': '{field}: 「{value}」は、スキームが {allowed} のいずれかの URL でなければなりません。',
  'istio-key-set': '{field} は JSON Web Key Set ではありません。',
  'istio-key-set-private':
    '{field}: 位置 {index} の鍵に秘密の部分が含まれています。必要なのは公開鍵だけで、秘密はここに書きません。',
  'istio-one-item': '{field}: いまのところ 1 つしかサポートされていません。',
  'istio-sha256': '{field}: 「{value}」は SHA-256 のチェックサム（小文字の 16 進数 64 桁）ではありません。',
  'istio-redirect-scheme': '{field}: 「{value}」は http か https でなければなりません。',
  'istio-vs-match-twice': '{field} は使われません。先にあるルール {other} が同じものに一致するためです。',
  'istio-vs-match-covered': '{field} は使われません。先にあるルール {other} が接頭辞 {value} に一致するためです。',
  'istio-vs-matches-used': '{field} は使われません。このルールが一致するものには、先にあるルールがすべて一致します。',
  'rule-violated': '{field} が、この種類のルールに反しています（{message}）。',
  'rule-not-evaluated': '{field}: この種類のルール「{rule}」を評価できませんでした（{reason}）。',
  'istio-injection-and-revision':
    '{field}: istio-injection と istio.io/rev が両方とも指定されています。istio-injection が優先されます。',

  'fix-namespace': 'Namespace を追加',
  'fix-colon': '「: 」に置き換える',
  'fix-space': '半角スペースに置き換える',
  'fix-tab': '半角スペースに置き換える',
  'fix-replace': '{text} に変える',
  'fix-quote': '引用符で囲む: {text}',
  'fix-unquote': '引用符を外す: {text}',
} as const satisfies DiagnosticTexts;
