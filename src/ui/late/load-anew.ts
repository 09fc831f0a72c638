// The way on from a part that has not come. Browsers remember that a module could not be fetched, so that only a new page can have
// it; and no page is given up while another cannot be had. What was typed is kept as the page is left.

/** Loads the page anew if it can be reached; whether it could. */
export async function loadPageAnew(): Promise<boolean> {
  const isReachable = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (isReachable) location.reload();
  return isReachable;
}
