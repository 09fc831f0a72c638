// What can be done to a pod, its workload and its node from the page, in English.

export const interventions = {
  title: 'Disturb {pod}',
  now: 'What is done here happens at {time} s; what followed before is forgotten.',
  pod: 'This pod',
  workload: 'Its workload {name}',
  node: 'Its node {name}',
  lasting: 'What lasts',
  undo: 'Undo: {what}',
  pause: 'Pause its processes',
  slow: 'Slow it by 200 ms',
  restart: 'Restart its containers',
  cut: 'Cut it off from everything',
  drop: 'Lose a third of its packets',
  expire: 'Let its certificates expire',
  roll: 'Replace its pods (rollout restart)',
  scaleUp: 'One replica more',
  scaleDown: 'One replica less',
  cordon: 'Cordon',
  uncordon: 'Uncordon',
  drain: 'Drain',
  reboot: 'Reboot',
  lose: 'Take its power',
  done: '{what}: {target}, at {time} s.',
};

export type InterventionTexts = Readonly<Record<keyof typeof interventions, string>>;
