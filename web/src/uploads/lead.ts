// Which tab of a browser sends: one at a time, so that what is kept for all of them is sent once. Another takes its place as soon as it is closed or reloaded.
export interface Lead {
  release(): void;
}

export interface Led {
  taken: () => void; // this tab sends now
  lost: () => void; // another one took its place, while this one slept
}

export function lead(name: string, led: Led): Lead {
  return globalThis.navigator?.locks ? byLock(name, led) : byHeartbeat(name, led);
}

function byLock(name: string, { taken }: Led): Lead {
  const waiting = new AbortController();
  let release: () => void = () => undefined;
  const held = new Promise<void>((done) => (release = done));
  const hold = () => {
    if (waiting.signal.aborted) return undefined;
    taken();
    return held;
  };
  navigator.locks.request(name, { signal: waiting.signal }, hold).catch(() => undefined); // it was released while it waited
  return {
    release: () => {
      waiting.abort();
      release();
    },
  };
}

export const beat = 1000; // milliseconds between two signs of life
export const stale = 5000; // without one, the tab is asked whether it is still there
export const settle = 200; // in which two that begin at once see each other

interface Sign {
  tab: string;
  at: number;
}

function readSign(key: string): Sign | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Sign | null;
  } catch {
    return null;
  }
}

// Browsers have locks on HTTPS and on the machine itself only. Elsewhere the tab that sends writes a sign of life. Timers of a hidden tab may be slowed down to one a minute,
// its messages are not: so it is asked before its place is taken.
export function byHeartbeat(name: string, { taken, lost }: Led): Lead {
  const key = `${name}:sends`;
  const tab = newId();
  const questions = new BroadcastChannel(key);
  let leads = false;
  let asked = false;
  let soon: ReturnType<typeof setTimeout> | undefined;

  const sign = (): boolean => {
    try {
      localStorage.setItem(key, JSON.stringify({ tab, at: Date.now() } satisfies Sign));
      return true;
    } catch {
      return false;
    }
  };
  const start = () => {
    leads = true;
    taken();
  };
  const claim = () => {
    asked = false;
    if (sign()) soon = setTimeout(look, settle);
    else start(); // storage is refused: nothing is kept, either, that two could take up
  };
  const look = () => {
    const found = readSign(key);
    const isMine = found?.tab === tab;
    if (leads) {
      if (!found || isMine) return void sign();
      leads = false;
      return lost();
    }
    if (isMine) return start();
    if (!found) return claim();
    if (Math.abs(Date.now() - found.at) <= stale) return void (asked = false); // also of a clock that was set back
    if (asked) return claim();
    asked = true;
    questions.postMessage('are you there?');
  };
  const leave = () => {
    if (readSign(key)?.tab === tab) localStorage.removeItem(key);
  };

  questions.onmessage = () => void (leads && sign());
  const timer = setInterval(look, beat);
  globalThis.addEventListener?.('pagehide', leave);
  look();
  return {
    release: () => {
      clearInterval(timer);
      clearTimeout(soon);
      globalThis.removeEventListener?.('pagehide', leave);
      questions.close();
      leave();
    },
  };
}

// Also where the page is no secure context, and has no randomUUID.
export const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
