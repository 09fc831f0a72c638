// ページから Pod、ワークロード、ノードにできること。日本語。
import type { InterventionTexts } from './en.ts';

export const interventions = {
  title: '{pod} に障害を起こす',
  now: 'ここで行うことは {time} 秒に起こります。その先のイベントは消えます。',
  pod: 'この Pod',
  workload: 'ワークロード {name}',
  node: 'ノード {name}',
  lasting: '続いているもの',
  undo: '元に戻す: {what}',
  pause: 'プロセスを一時停止',
  slow: '200 ms 遅くする',
  restart: 'コンテナーを再起動',
  cut: 'すべてから切り離す',
  drop: 'パケットの 3 分の 1 を失わせる',
  expire: '証明書の期限を切らす',
  roll: 'Pod を入れ替える（rollout restart）',
  scaleUp: 'レプリカを 1 つ増やす',
  scaleDown: 'レプリカを 1 つ減らす',
  cordon: 'cordon',
  uncordon: 'uncordon',
  drain: 'drain',
  reboot: '再起動',
  lose: '電源を落とす',
  done: '{what}: {target}（{time} 秒）。',
} satisfies InterventionTexts;
