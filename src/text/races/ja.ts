// 失敗するスケジュールの探索が述べる文(日本語)。

import type { RaceTexts } from './en.ts';

export const races: RaceTexts = {
  title: '競合を探す',
  property: '成り立つべきこと',
  search: '探す',
  cancel: '中止',
  open: '失敗する実行を開く',
  link: 'この実行へのリンク',
  seed: 'シード {seed} のスケジュールから、{began} 以降を調べます。',
  'phase-given': 'シードのスケジュール',
  'phase-ends': '待ち時間を一つずつ、範囲の両端で',
  'phase-lengths': '待ち時間を一つずつ、あらゆる長さで',
  'phase-samples': 'すべての待ち時間を引き直す',
  'phase-shrinking': '最小の変更に絞り込む',
  progress: '{phase}: {of} のうち {done}。スケジュール {schedules} 通り、状態 {states}。',
  cancelled: 'スケジュール {schedules} 通りで中止しました。',

  proved: '証明済み: {waits} 個の待ち時間のどれか一つがどんな長さでも、{property} は成り立ちます。',
  'proved-bound':
    'スケジュール {schedules} 通り、状態 {states}、それぞれ最長 {horizon}(トラフィックと周期的なことだけになれば、そこまで)。順序が入れ替わらない範囲では、一つの長さがすべてを代表します。接続の遅延 {kept} 個は範囲の両端で試し、すべての待ち時間を引き直した {samples} 通りでも成り立ちました。',
  'none-found':
    '見つかりません: {property} は {schedules} 通りのスケジュールで成り立ちました。これは標本であり、証明ではありません。',
  'none-found-bound':
    '待ち時間 {waits} 個をあらゆる長さで、すべてを引き直したスケジュールを {samples} 通り、合わせて状態 {states} まで調べました。探索はそこで終わりました。',
  counterexample: '成り立ちません: {property}。',
  'given-fails': 'シードのスケジュールそのものが失敗します。',
  'one-unlucky': '不運な遅延が一つあれば十分です:',
  'many-unlucky': '不運な遅延が {count} 個重なると:',
  longer: '{path} の {fact} が {drawn} ではなく {wait} かかります(範囲: {min}〜{max})。',
  shorter: '{path} の {fact} が {drawn} ではなく {wait} で終わります(範囲: {min}〜{max})。',
  least: '引かれた値に 1 マイクロ秒近づけると、成り立ちます。',
  deciding: '決定的な瞬間 {at}: {line}',
  instead: 'そうでなければ: {line}',
  'nothing-judged': '{property} は判定できません。{horizon} のうちに、対象となることが何も起きません。',
  unready: '前のマニフェストから {limit} 経っても準備のできていない Pod があるため、次を適用しません。',
  'unreadable-unknown': '「{text}」という性質はありません。使えるもの: {usage}',
  'unreadable-arguments': '「{text}」の書き方は {usage} です。',
  'unreadable-marker': '「{text}」の区間は、シナリオのマーカーにありません: {usage}',

  'request-failed': '{client} が {url} にリクエストし、結果は {result} でした。',
  'request-unanswered': '{client} は {url} の応答を {within} 以内に受け取れませんでした。',
  'request-late': '{client} が {url} から受け取った応答は {within} より遅れました。',
  'connection-plain': '{client} は相互 TLS なしで {server} に届きました。',
  'request-allowed': '{server} が {client} に応答しました: {url}。',
  'container-killed': '{pod} のコンテナー {container} が強制終了されました。',
  'container-restarted': '{pod} のコンテナー {container} が再起動しました({reason})。',
  'job-unfinished': 'Job {job} は完了しませんでした。',
  'pod-unready': '{pod} の準備ができていません。',
  'flag-seen': '{client} が {url} にリクエストし、結果は {result} でした。',
};
