// Waiting for a condition, with a deadline and a name for the failure.

const STEP_MS = 20;

/// Calls `probe` until it returns something truthy, and returns that. Throws after `timeout` ms, naming `what`; the time by which
/// this machine woke the test too late is not counted, as it kept the others waiting, too.
export async function until(what, probe, timeout = 10_000) {
  let deadline = performance.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found) return found;
    const now = performance.now();
    if (now > deadline) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await pause(STEP_MS);
    deadline += Math.max(0, performance.now() - now - 2 * STEP_MS);
  }
}

/// The promise's value, or an error that names `what` after `timeout` ms.
export async function within(what, promise, timeout = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
