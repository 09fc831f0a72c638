// The scene a newcomer meets: the canonical workload of all lessons, web -> orders -> payments -> mysql, and a Job.
import type { ScenarioSource } from '../scenario/port.ts';
import mysql from './scenes/shop/mysql.yaml?raw';
import namespace from './scenes/shop/namespace.yaml?raw';
import orders from './scenes/shop/orders.yaml?raw';
import payments from './scenes/shop/payments.yaml?raw';
import report from './scenes/shop/report.yaml?raw';
import scenario from './scenes/shop/scenario.yaml?raw';
import web from './scenes/shop/web.yaml?raw';

export const defaultScene: ScenarioSource = {
  scenario,
  manifests: [
    { path: 'namespace.yaml', text: namespace },
    { path: 'web.yaml', text: web },
    { path: 'orders.yaml', text: orders },
    { path: 'payments.yaml', text: payments },
    { path: 'mysql.yaml', text: mysql },
    { path: 'report.yaml', text: report },
  ],
  mesh: 'ambient',
};
