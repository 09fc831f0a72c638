// Injection: whether a new pod gets a sidecar, and what it then looks like. Pure decisions.
export { probersOf, proxyContainerName } from './app-probes.ts';
export type { AppProber, AppProbers } from './app-probes.ts';
export { injectionError, injectPod } from './inject.ts';
export type { InjectionOptions } from './inject.ts';
export { isInjectionRequired, isNativeSidecar } from './policy.ts';
export type { InjectorConfig } from './policy.ts';
export { asInjected, proxyConfigOf } from './proxy-config.ts';
export type { PodProxyConfig } from './proxy-config.ts';
export { initContainerName, listOf, validationContainerName } from './names.ts';
export { defaultInjectionValues } from './values.ts';
export type { InjectionValues } from './values.ts';
export { calledWebhook, isCalled, isSelected, webhooksOf } from './webhooks.ts';
export type { WebhookSelectors } from './webhooks.ts';
