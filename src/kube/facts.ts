// Simulated numbers of Kubernetes, each with its source. Order: control plane, kubelet, containers, probes, networking.
import { delayFact, micros, millis, rank, seconds } from '../kernel/index.ts';

const chosen = 'model: order of magnitude of an unloaded cluster; chosen, not measured upstream';
const k8s = 'kubernetes/kubernetes@v1.34';

// --- control plane

/** A request to the API server until it is stored. */
export const apiRequest = delayFact({
  name: 'kube.api-request',
  min: millis(1),
  max: millis(10),
  shape: 'skewed',
  rank: rank.control,
  source: chosen,
  simplified: 'priority and fairness, client-side rate limits and write conflicts are not modelled',
});

/** From a stored change to an informer's handler; drawn per consumer and event, and never out of order. */
export const watchDelivery = delayFact({
  name: 'kube.watch-delivery',
  min: millis(1),
  max: millis(30),
  shape: 'skewed',
  rank: rank.control,
  source: chosen,
  simplified: 'a watch never breaks, so nothing is listed again',
});

/** One call of an admission webhook. */
export const webhookCall = delayFact({
  name: 'kube.webhook-call',
  min: millis(2),
  max: millis(30),
  shape: 'skewed',
  rank: rank.control,
  source: chosen,
  simplified: 'a call is one wait, not packets; the 10 s timeout is never reached',
});

/** From a queued key to a controller's reconciliation: changes within it are taken together. */
export const controllerSync = delayFact({
  name: 'kube.controller-sync',
  min: millis(1),
  max: millis(20),
  rank: rank.control,
  source: chosen,
  simplified: 'work queues have workers enough; batches of creations do not start slowly',
});

/** Retry of a failed reconciliation: 5 ms, doubled each time, at most 1,000 s. */
export const controllerRetry = delayFact({
  name: 'kube.controller-retry',
  min: millis(5),
  max: seconds(1_000),
  rank: rank.control,
  source: 'kubernetes/client-go@v0.34: util/workqueue/default_rate_limiters.go DefaultTypedControllerRateLimiter',
});

/** The same wait once it is long: what is refused for ever keeps no run from settling. */
export const controllerRetryLong = { ...controllerRetry, periodic: true };

/** Scheduling cycle and binding of one pod. */
export const schedulePod = delayFact({
  name: 'kube.schedule-pod',
  min: millis(5),
  max: millis(40),
  shape: 'skewed',
  rank: rank.control,
  source: chosen,
  simplified: 'pods do not queue behind each other',
});

/** From a deleted owner (or a deleted namespace) to the deletion of what belongs to it. */
export const collectGarbage = delayFact({
  name: 'kube.collect-garbage',
  min: millis(20),
  max: millis(500),
  rank: rank.control,
  source: chosen,
  simplified: 'background propagation only; finalizers are ignored',
});

/** From a pod's change to the EndpointSlice that tells of it; changes within it are taken together. */
export const endpointSliceSync = delayFact({
  name: 'kube.endpoint-slice-sync',
  min: millis(10),
  max: millis(200),
  rank: rank.control,
  source: 'model: pod status to EndpointSlice takes 10 to 200 ms in an unloaded cluster, 1 to 5 s in a large one',
});

/** Wait before a Job replaces a failed pod: 10 s, doubled each time, at most 10 minutes. */
export const jobBackOff = delayFact({
  name: 'kube.job-back-off',
  min: seconds(10),
  max: seconds(600),
  rank: rank.control,
  source: `${k8s}: pkg/controller/job/job_controller.go DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff`,
});

/** From ready to available, as written. */
export const minReady = delayFact({
  name: 'kube.min-ready',
  min: micros(0),
  max: seconds(31_536_000),
  rank: rank.control,
  source: 'manifest: spec.minReadySeconds, default 0',
});

/** Until a rollout without any progress counts as stalled, as written. */
export const progressDeadline = delayFact({
  name: 'kube.progress-deadline',
  min: micros(0),
  max: seconds(31_536_001),
  rank: rank.timer,
  periodic: true,
  source: 'manifest: spec.progressDeadlineSeconds, default 600 s',
});

/** From one run of a CronJob to the next. */
export const cronSchedule = delayFact({
  name: 'kube.cron-schedule',
  min: micros(0),
  max: seconds(63_072_000),
  rank: rank.timer,
  periodic: true,
  source: 'manifest: spec.schedule',
});

/** A Job's own clocks: activeDeadlineSeconds and ttlSecondsAfterFinished, as written. */
export const jobDeadline = delayFact({
  name: 'kube.job-deadline',
  min: seconds(0),
  max: seconds(1_000_000),
  rank: rank.timer,
  periodic: true,
  source: 'manifest: spec.activeDeadlineSeconds, spec.ttlSecondsAfterFinished',
  simplified: 'a run counts as settled while it waits',
});

// --- nodes

/** From a node's last sign of life to Ready=Unknown: its lease was renewed up to 10 s before, 50 s are waited, every 5 s is looked. */
export const nodeMonitorGrace = delayFact({
  name: 'kube.node-monitor-grace',
  min: seconds(40),
  max: seconds(55),
  rank: rank.timer,
  source: `${k8s}: cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go; pkg/controller/nodelifecycle/config/v1alpha1/defaults.go NodeMonitorGracePeriod 50 s, NodeMonitorPeriod 5 s`,
  simplified: 'renewals are not simulated one by one',
});

/** How long a pod stays on a node that is tainted NoExecute: tolerationSeconds, 300 s by admission. */
export const taintToleration = delayFact({
  name: 'kube.taint-toleration',
  min: micros(0),
  max: seconds(31_536_000),
  rank: rank.timer,
  source: `${k8s}: pkg/controller/tainteviction/taint_eviction.go, plugin/pkg/admission/defaulttolerationseconds`,
});

/** Until kubectl drain asks again for an eviction that was refused. */
export const drainRetry = delayFact({
  name: 'kube.drain-retry',
  min: seconds(5),
  max: seconds(5),
  rank: rank.timer,
  periodic: true,
  source: 'kubernetes/kubectl@v0.34: pkg/drain/drain.go evictPods',
});

/** From a deleted Node to the deletion of the pods bound to it: 40 s of quarantine, a look every 20 s. */
export const podCollection = delayFact({
  name: 'kube.pod-collection',
  min: seconds(40),
  max: seconds(60),
  rank: rank.timer,
  source: `${k8s}: pkg/controller/podgc/gc_controller.go gcCheckPeriod, quarantineTime`,
});

// --- kubelet

/** Sandbox and network namespace of a pod, without the CNI plugins that answer for themselves. */
export const sandboxCreate = delayFact({
  name: 'kube.sandbox-create',
  min: millis(500),
  max: seconds(2),
  rank: rank.lifecycle,
  source: chosen,
  simplified: 'mounting volumes takes no time',
});

/** Until the kubelet tries a failed sandbox again. */
export const sandboxRetry = delayFact({
  name: 'kube.sandbox-retry',
  min: seconds(10),
  max: seconds(15),
  rank: rank.lifecycle,
  source: `${k8s}: pkg/kubelet/pod_workers.go completeWork (backOffPeriod 10 s, jitter factor 0.5)`,
});

/** Until the kubelet gives up on a CNI plugin that does not answer. */
export const cniTimeout = delayFact({
  name: 'kube.cni-timeout',
  min: seconds(120),
  max: seconds(120),
  rank: rank.timer,
  source: `${k8s}: pkg/kubelet/apis/config/v1beta1/defaults.go RuntimeRequestTimeout = 2 m`,
});

/** A pod's status as the kubelet knows it until it is sent; changes within it are taken together. */
export const statusWrite = delayFact({
  name: 'kube.status-write',
  min: millis(2),
  max: seconds(1),
  shape: 'skewed',
  rank: rank.lifecycle,
  source: 'model: kubelet status manager, 0 to 1 s',
});

/** Until the kubelet notices that a container ended by itself (PLEG relist, every second). */
export const containerRelist = delayFact({
  name: 'kube.container-relist',
  min: millis(5),
  max: seconds(1),
  rank: rank.lifecycle,
  source: `${k8s}: pkg/kubelet/kubelet.go genericPlegRelistPeriod = 1 s`,
});

/** From the last container's end to the removal of the pod object. */
export const podCleanup = delayFact({
  name: 'kube.pod-cleanup',
  min: millis(50),
  max: millis(300),
  rank: rank.lifecycle,
  source: chosen,
});

// --- containers

/** Image check, create and start of a container whose image is on the node. */
export const containerCreate = delayFact({
  name: 'kube.container-create',
  min: millis(50),
  max: millis(250),
  rank: rank.lifecycle,
  source: chosen,
  simplified: 'images are on every node; only one that cannot be pulled is asked for',
});

/** From a failed pull to the pod's next sync, which finds the image in back-off. */
export const imagePullSync = delayFact({
  name: 'kube.image-pull-sync',
  min: seconds(1),
  max: seconds(10),
  rank: rank.lifecycle,
  source: `${k8s}: pkg/kubelet/pod_workers.go completeWork (backOffPeriod 10 s)`,
  simplified: 'an earlier sync for another reason is part of the window',
});

/** ImagePullBackOff: 10 s, doubled each time, at most 300 s. */
export const imagePullBackOff = delayFact({
  name: 'kube.image-pull-back-off',
  min: seconds(10),
  max: seconds(300),
  rank: rank.lifecycle,
  periodic: true,
  source: `${k8s}: pkg/kubelet/kubelet.go imageBackOffPeriod, MaxImageBackOff; pkg/kubelet/images/image_manager.go`,
  simplified: 'it is counted from the sync that notices it',
});

/** CrashLoopBackOff: the first restart is at once, then 10 s, doubled each time, at most 300 s. */
export const restartBackOff = delayFact({
  name: 'kube.restart-back-off',
  min: micros(0),
  max: seconds(300),
  rank: rank.lifecycle,
  source: `${k8s}: pkg/kubelet/kuberuntime/kuberuntime_manager.go doBackOff; client-go@v0.34: util/flowcontrol/backoff.go`,
});

/** The same wait once it has reached its longest: a container that crashes for ever keeps no run from settling. */
export const restartBackOffLongest = { ...restartBackOff, periodic: true };

/** A container that ran this long starts its back-off anew. */
export const backOffReset = seconds(600);

/** The command of an exec hook or probe, where nothing tells how long it takes. */
export const execRun = delayFact({
  name: 'kube.exec-run',
  min: millis(10),
  max: millis(60),
  rank: rank.lifecycle,
  source: chosen,
  simplified: 'a command succeeds; `sleep N` in it takes N seconds, everything else this',
});

/** A hook's own length: `sleep` hooks and `sleep N` in exec commands. */
export const hookSleep = delayFact({
  name: 'kube.hook-sleep',
  min: micros(0),
  max: seconds(1_000_000),
  rank: rank.lifecycle,
  source: 'manifest: lifecycle.preStop, lifecycle.postStart',
});

/** terminationGracePeriodSeconds, from the deletion on. */
export const gracePeriod = delayFact({
  name: 'kube.grace-period',
  min: micros(0),
  max: seconds(1_000_000),
  rank: rank.timer,
  source: 'manifest: spec.terminationGracePeriodSeconds, default 30 s',
});

/** activeDeadlineSeconds of a pod, from its start on this node. */
export const podDeadline = delayFact({
  name: 'kube.pod-deadline',
  min: micros(0),
  max: seconds(1_000_000_000),
  rank: rank.timer,
  periodic: true,
  source: `manifest: spec.activeDeadlineSeconds; ${k8s}: pkg/kubelet/active_deadline.go`,
  simplified: 'a run counts as settled while it waits',
});

/** What a container gets between SIGTERM and SIGKILL at the least. */
export const stopWindow = delayFact({
  name: 'kube.stop-window',
  min: seconds(2),
  max: seconds(2),
  rank: rank.timer,
  source: `${k8s}: pkg/kubelet/kuberuntime/kuberuntime_container.go minimumGracePeriodInSeconds = 2`,
});

// --- probes

/** From a container's start to the first readiness or startup probe: the next pod sync triggers it. */
export const probeFirst = delayFact({
  name: 'kube.probe-first',
  min: millis(10),
  max: seconds(1),
  rank: rank.timer,
  source: `${k8s}: pkg/kubelet/prober/prober_manager.go UpdatePodStatus (a container that is not ready is probed at its next sync)`,
  simplified:
    'the ticks of a liveness probe, and of any after initialDelaySeconds, begin with its container; upstream with its pod, up to a period later',
});

/** initialDelaySeconds, as written. */
export const probeInitialDelay = delayFact({
  name: 'kube.probe-initial-delay',
  min: micros(0),
  max: seconds(1_000_000),
  rank: rank.timer,
  source: 'manifest: initialDelaySeconds, default 0',
});

/** periodSeconds until the probe has decided for the first time: the run is not settled yet. */
export const probePeriodUndecided = delayFact({
  name: 'kube.probe-period',
  min: micros(0),
  max: seconds(1_000_000),
  rank: rank.timer,
  source: 'manifest: periodSeconds, default 10 s',
});

/** periodSeconds from then on. */
export const probePeriod = { ...probePeriodUndecided, periodic: true };

/** timeoutSeconds, as written. */
export const probeTimeout = delayFact({
  name: 'kube.probe-timeout',
  min: micros(0),
  max: seconds(1_000_000),
  rank: rank.timer,
  source: 'manifest: timeoutSeconds, default 1 s',
});

// --- networking

/** kube-proxy writes its rules at most once in this time. */
export const kubeProxyInterval = seconds(1);

/** From a change of Services or EndpointSlices to the rules of one node: the rest of the minimum interval, then iptables-restore. */
export const kubeProxySync = delayFact({
  name: 'kube.kube-proxy-sync',
  min: millis(10),
  max: millis(1_100),
  rank: rank.control,
  source: `${k8s}: pkg/proxy/iptables/proxier.go (minSyncPeriod 1 s)`,
  simplified: 'iptables-restore takes 10 to 100 ms; with tens of thousands of rules it takes seconds',
});

/** How long writing the rules takes. */
export const kubeProxyWrite = delayFact({
  name: 'kube.kube-proxy-write',
  min: millis(10),
  max: millis(100),
  rank: rank.control,
  source: chosen,
});
