import { useEffect, useState } from 'react';

/** `value` once it has not changed for `ms`: what is asked of the service when the typing pauses. */
export function usePaused<T>(value: T, ms = 140): T {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return paused;
}
