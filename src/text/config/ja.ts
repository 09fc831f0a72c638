// プロキシの設定のパネルの言葉。表の名前と列は istioctl のままで、訳さない。
import type { ConfigTexts } from './en.ts';

export const config: ConfigTexts = {
  proxy: 'プロキシ',
  table: '保持している内容',
  search: '行を検索',
  reading: '設定を読み込んでいます …',
  unreachable:
    '設定を表示できません。ページの一部を読み込めませんでした。ネットワークにつながったら再読み込みしてください。',
  noProxies: 'この時点で動いているプロキシはありません。',
  noProxy: '{pod} にはプロキシがありません。ネットワークとの間にメッシュのものは何もありません。プロキシのある Pod:',
  noLines: '該当するものを持っていません。',
  noMatch: '一致する行がありません。',
  more: 'ほかに {count} 行が一致します。検索で絞り込んでください。',
  command: '実際のプロキシで同じ表を見るコマンド',
  copy: 'コマンドをコピー',
  freshness: {
    none: 'まだ設定を受け取っていません。',
    newest: 'リビジョン {revision}。istiod が配信した最新です。',
    unchanged: 'リビジョン {revision}。その後の配信（{pushed}）は、このプロキシには変更がありません。',
    behind: '古い設定です。リビジョン {revision} で判断しています。新しいもの（{pushed}）が配信中です。',
  },
  enrolled: '{pod} 自身のプロキシはありません。ノードの ztunnel が代わりを務めます。',
  whole: '行の全体',
  wholeHint: 'シミュレーションが持つ形のままです。時間の単位はマイクロ秒です。',
  close: '行を閉じる',
  madeUp: '元になるマニフェストの行はありません。istiod が自ら作ります。',
};
