// レッスンのダイアログのうち、マップ、症状の索引、用語集、講演で語られたことの各ページの文です。
import type { CourseTexts } from './en.ts';

export const course: CourseTexts = {
  pages: 'ページ',
  page: { map: 'マップ', symptoms: '症状から探す', glossary: '用語集', claims: '講演で語られたこと' },
  track: {
    '10': 'なぜメッシュか',
    '20': 'サイドカー',
    '30': 'ambient モード',
    '40': 'トラフィック',
    '50': '複数のクラスター',
    '60': '外との境目とプラットフォーム',
    '70': 'これまでと、これから',
  },
  map: {
    next: '次のレッスン',
    goOn: '続ける',
    begin: '始める',
    done: 'すべてのレッスンを解決しました。',
    progress: '{count} 件中 {solved} 件を解決',
    state: { solved: '解決済み', begun: '途中', new: '未着手' },
    leadsTo: 'この先：{titles}',
    legend: '線は、土台になるレッスンから、その先のレッスンへ引いてあります。どのレッスンから始めてもかまいません。',
  },
  symptoms: {
    lead: '何が起きていますか。どの行も、その原因を確かめられるレッスンにつながっています。',
    search: '症状を検索',
    none: 'この言葉を含む症状はありません。言葉を減らすか、フラグやステータスコードだけで試してください。',
    step: '「{step}」で',
  },
  glossary: {
    lead: 'Kubernetes と Istio の API の言葉は、原語のまま書きます。',
    search: '用語を検索',
    none: 'この言葉を含む用語はありません。',
    lessons: '出てくるレッスン：{titles}',
    open: '用語集を開く',
  },
  claims: {
    lead: 'レッスンのもとになったのは、日本語で行われた五つの講演や記事です。そこで語られたことが、今もそうかどうかをまとめました。',
    verdict: { right: '正しい', outdated: '今は違う', wrong: '誤り', unproved: '未検証' },
    verdictHint: {
      right: 'そのとおりです。',
      outdated: '語られた当時は正しかったものです。',
      wrong: '当時も正しくありませんでした。',
      unproved: '測り方が公開されていない数値です。',
    },
    all: 'すべて',
    figure: '数値の出どころ：{owner}',
    sources: '出典',
    seen: '確かめられるレッスン：{titles}',
    here: '講演で語られたこと',
  },
};
