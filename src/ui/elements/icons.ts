// The signs on buttons, as paths in a square of 24: strokes, but for the few that are filled.

export const shapes = {
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  next: 'M9 5l7 7-7 7',
  previous: 'M15 5l-7 7 7 7',
  start: 'M6 5v14M19 5l-9 7 9 7z',
  end: 'M18 5v14M5 5l9 7-9 7z',
  help: 'M8.5 9a3.5 3.5 0 1 1 4.8 3.2c-.9.4-1.3 1-1.3 2M12 17.6v.4',
  theme: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  sun: 'M12 8a4 4 0 1 0 .01 0zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  projector: 'M4 5h16M5.5 5v10.5h13V5M12 15.5v3M8.5 20l3.5-2 3.5 2',
  maximise: 'M5 10V5h5M19 14v5h-5M5 5l6 6M19 19l-6-6',
  restore: 'M11 6v5H6M13 18v-5h5M11 11L5 5M13 13l6 6',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 8.5h10.5V20H9zM15 8.5V4.5H4.5V16H9',
  add: 'M12 5v14M5 12h14',
  open: 'M4 18.5v-13h6l2 2.5h8v10.5z',
  edit: 'M5 19l1-4L16 5l3 3L9 18z',
  menu: 'M6 12h.01M12 12h.01M18 12h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  larger: 'M12 6v12M6 12h12',
  smaller: 'M6 12h12',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  hurry: 'M5 6l7 6-7 6zM13 6l7 6-7 6z',
  replay: 'M6.5 8.5A7 7 0 1 1 5 12.5M6 3.5v5.5h5.5',
  notable: 'M5 5l6 7-6 7M17 8.5l3.5 3.5-3.5 3.5-3.5-3.5z',
  notableBack: 'M19 5l-6 7 6 7M7 8.5L10.5 12 7 15.5 3.5 12z',
  loop: 'M7 7h10a3 3 0 0 1 0 10H7M10 4L7 7l3 3M4 15v-3',
  race: 'M4 7h7l3 5-3 5H4M14 12h6M17.5 9.5L20 12l-2.5 2.5',
  fork: 'M4 17h6c5 0 3-10 8-10h2M17 4l3 3-3 3M14 17h6',
  stop: 'M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM9 12h6',
  down: 'M6 9l6 6 6-6',
  beside: 'M4 5h6.5v14H4zM13.5 5H20v14h-6.5z',
  list: 'M5 7h14M5 12h14M5 17h14',
} as const;

export type IconName = keyof typeof shapes;

export const filled: ReadonlySet<IconName> = new Set(['play', 'pause', 'hurry']);
