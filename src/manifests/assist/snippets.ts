// Whole objects for an empty place, with tab stops at what has to be chosen.

import { cursorAt } from './cursor.ts';

const snippetIds = [
  'denyAll',
  'allowFrom',
  'strict',
  'canary',
  'enrol',
  'inject',
  'deployment',
  'service',
  'httpRoute',
] as const;
export type SnippetId = (typeof snippetIds)[number];

export interface Snippet {
  readonly id: SnippetId;
  readonly insert: string;
  /** Offsets in the file of what it replaces. */
  readonly from: number;
  readonly to: number;
}

const policy = (name: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: ${name}
  namespace: \${1:default}
`;

const TEXTS: Readonly<Record<SnippetId, string>> = {
  denyAll: `${policy('deny-all')}spec: {}
`,
  allowFrom: `${policy('${2:allow-web}')}spec:
  selector:
    matchLabels:
      app: \${3:orders}
  action: ALLOW
  rules:
  - from:
    - source:
        principals:
        - cluster.local/ns/\${1:default}/sa/\${4:web}
`,
  strict: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: \${1:default}
spec:
  mtls:
    mode: STRICT
`,
  canary: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: \${1:orders}
  namespace: \${2:default}
spec:
  parentRefs:
  - group: ""
    kind: Service
    name: \${1:orders}
    port: \${3:8080}
  rules:
  - backendRefs:
    - name: \${4:orders-v1}
      port: \${3:8080}
      weight: 90
    - name: \${5:orders-v2}
      port: \${3:8080}
      weight: 10
`,
  enrol: `apiVersion: v1
kind: Namespace
metadata:
  name: \${1:shop}
  labels:
    istio.io/dataplane-mode: ambient
`,
  inject: `apiVersion: v1
kind: Namespace
metadata:
  name: \${1:shop}
  labels:
    istio-injection: enabled
`,
  deployment: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: \${1:web}
  namespace: \${2:default}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: \${1:web}
  template:
    metadata:
      labels:
        app: \${1:web}
    spec:
      containers:
      - name: \${1:web}
        image: \${3:nginx:1.27}
        ports:
        - containerPort: \${4:8080}
`,
  service: `apiVersion: v1
kind: Service
metadata:
  name: \${1:web}
  namespace: \${2:default}
spec:
  selector:
    app: \${1:web}
  ports:
  - name: http
    port: \${3:8080}
    targetPort: \${3:8080}
`,
  httpRoute: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: \${1:web}
  namespace: \${2:default}
spec:
  parentRefs:
  - group: ""
    kind: Service
    name: \${1:web}
    port: \${3:8080}
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: \${4:/}
    backendRefs:
    - name: \${1:web}
      port: \${3:8080}
`,
};

/** Offered where a document begins: nothing of the object is written yet. */
export function snippetsFor(text: string, offset: number): readonly Snippet[] {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined || cursor.path.length > 0 || cursor.siblings.length > 0 || cursor.indent > 0) return [];
  return snippetIds.map((id) => ({ id, insert: TEXTS[id], from: cursor.from, to: cursor.to }));
}
