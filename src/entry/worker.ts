// Runs the simulation apart from the page.

export {};
