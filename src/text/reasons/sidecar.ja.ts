// Why a pod got a sidecar or not, in Japanese.
import type { SidecarReasonKey } from './sidecar.en.ts';

export const sidecarReasonsJa = {
  'injection.webhook': '{webhook} のセレクターに一致するため、API サーバーが istiod に問い合わせます。',
  'injection.namespace-label': '{webhook} は呼ばれません。Namespace のラベル {label}（{value}）が条件に合いません。',
  'injection.pod-label': '{webhook} は呼ばれません。Pod のラベル {label}（{value}）が条件に合いません。',
  'injection.no-webhook': '一致する Webhook がないため istiod は呼ばれず、Pod はサイドカーなしで作られます。',
  'injection.host-network':
    'この Pod はノードのネットワークを使います。サイドカーがノード全体の通信を奪ってしまうため、注入されません。',
  'injection.ignored-namespace': 'Namespace {namespace} の Pod には注入されません。',
  'injection.asked-for': 'Pod がサイドカーを求めています（sidecar.istio.io/inject が "true"）。',
  'injection.opted-out': 'Pod がサイドカーを断っています（sidecar.istio.io/inject が "false"）。',
  'injection.never-selector': 'インジェクターの neverInjectSelector が Pod のラベルに一致します。',
  'injection.always-selector': 'インジェクターの alwaysInjectSelector が Pod のラベルに一致します。',
  'injection.policy-illegal':
    'インジェクターのポリシー「{policy}」は enabled でも disabled でもないため、何も注入されません。',
  'injection.policy-enabled': 'Pod に指定がなく、インジェクターのポリシーが enabled なので、サイドカーが入ります。',
  'injection.policy-disabled': 'Pod に指定がなく、インジェクターのポリシーが disabled なので、サイドカーは入りません。',
  'injection.not-a-pod': '注入の対象は Pod だけです。',
  'injection.native-annotation': 'アノテーション sidecar.istio.io/nativeSidecar が "{value}" です。',
  'injection.native-environment': 'istiod の ENABLE_NATIVE_SIDECARS が {value} です。',
  'injection.native-old-kubelet': 'ネイティブサイドカーは 1.33 から安定版です。古い kubelet があります: {kubelet}',
  'injection.native-kubelets': 'すべての kubelet が 1.33 以上なので、プロキシはネイティブサイドカーになります。',
} as const satisfies Readonly<Record<SidecarReasonKey, string>>;
