// Simulated numbers of load balancers, each with its source. They come late, with what acts them out.
import { delayFact, micros, rank, seconds } from '../../kernel/index.ts';

/** From the wish to register a target until health checks of it begin. */
export const balancerRegistration = delayFact({
  name: 'kube.load-balancer-registration',
  min: seconds(5),
  max: seconds(60),
  rank: rank.control,
  source: 'kubernetes-sigs/aws-load-balancer-controller issues 1834, 2366: 5 to 60 s as a rule, minutes at times',
});

/** From the wish to deregister a target until every part of the load balancer sends nobody there any more. */
export const balancerDeregistration = delayFact({
  name: 'kube.load-balancer-deregistration',
  min: seconds(5),
  max: seconds(120),
  rank: rank.control,
  source:
    'kubernetes-sigs/aws-load-balancer-controller issue 2366: traffic reaches a deregistered target for up to two minutes',
});

/** Between two health checks of a target, as annotated. */
export const balancerCheck = delayFact({
  name: 'kube.load-balancer-check',
  min: micros(0),
  max: seconds(3_600),
  rank: rank.timer,
  periodic: true,
  source:
    'kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/service/model_builder.go defaultHealthCheckInterval = 10 s',
  simplified: 'a check is a look at the target, not packets, and never takes its timeout',
});

/** How long a target that left keeps its connections, as annotated. */
export const balancerDrain = delayFact({
  name: 'kube.load-balancer-drain',
  min: micros(0),
  max: seconds(3_600),
  rank: rank.timer,
  periodic: true,
  source: 'AWS: deregistration_delay.timeout_seconds, default 300 s',
});

/** Until the controller looks again at targets whose pods wait for them. */
export const balancerPoll = delayFact({
  name: 'kube.load-balancer-poll',
  min: micros(0),
  max: seconds(15),
  rank: rank.timer,
  source:
    'kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/config/controller_config.go targetgroupbinding-requeue-duration = 15 s',
});
