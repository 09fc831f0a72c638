// What checks and measures say, in Japanese.
import type { SentenceTexts } from './en.ts';

export const sentencesJa: SentenceTexts = {
  'plaintext.server-outside':
    '{client} から {server} へ平文で送信されました。{server} 側にトンネルを受け取るものがありません。',
  'plaintext.client-outside':
    '{client} から {server} へ平文で送信されました。{client} 側にトンネルを張るものがありません。',
  'plaintext.both-outside':
    '{client} から {server} へ平文で送信されました。どちらの Pod もメッシュに参加していません。',
  'plaintext.both-inside':
    '{client} から {server} へ平文で送信されました。どちらの Pod もメッシュに参加しているにもかかわらず、です。',
  'plaintext.one-way-tls': '{client} から {server} への TLS は、両者の身元を証明するものではありませんでした。',
  'identity.unknown': '{server} への接続に証明書がありませんでした。わかるのは送信元アドレス {address} だけです。',
  'identity.other': '{server} を呼び出したのは {expected} ではなく {seen} でした。',
  'identity.nobody': '{from} からの接続は {to} に一度も届きませんでした。',
  'request.failed': '{client} から {url} へのリクエストの結果は {result} でした。',
  'request.late': '{client} から {url} へのリクエストに、{within} 以内に応答がありませんでした。',
  'request.too-few': '{url} へのリクエストは {count} 件でした。判定には {atLeast} 件以上が必要です。',
  'request.let-in': '{client} から {url} へのリクエストが受け入れられました。',
  'request.goes-on': '{client} が以前に始めた {url} へのリクエストが、まだ続いています。',
  'container.restarted': '{pod} のコンテナー {container} が再起動しました({reason})。',
  'container.killed': '猶予期間が過ぎたため、{pod} のコンテナー {container} が {at} に強制終了されました。',
  'job.held': 'Job {job} が完了していません。{pod} のコンテナー {container} がまだ動いています。',
  'job.unfinished': 'Job {job} が完了していません。',
  'rollout.missing': '{node} に、準備のできた {workload} の新しい Pod がありません。',
  'rollout.nothing': '入れ替える {workload} の Pod がありませんでした。',
  'eavesdropper.place': '盗聴する場所',
  'eavesdropper.readable': '中身を読めるメッセージ',
  'eavesdropper.ciphertext': '暗号文のメッセージ',
  'eavesdropper.pod-loopback': '(a) Pod の中、ループバック',
  'eavesdropper.pod-interface': '(b) Pod のネットワークインターフェース',
  'eavesdropper.node-interface': '(c) ノードのネットワークインターフェース',
  'containers.too-many': '{pod} のコンテナーが {atMost} 個を超えています: {containers}。',
  'lives.what': '始まったもの',
  'lives.count': '回数',
  'lives.pods': '作られた Pod',
  'lives.containers': '起動したコンテナー',
  'lives.restarts': 'うち再起動',
  'outcomes.request': 'リクエスト',
  'outcomes.well': '正常な応答',
  'outcomes.error': 'エラーの応答',
  'outcomes.cut': '応答なしで切断',
  'outcomes.url': '{url}',
};
