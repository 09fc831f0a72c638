// Whether the page is one column: on a narrow screen, and for a finger, which needs the room.

export const narrow = matchMedia('(max-width: 56.24em), (pointer: coarse)');
