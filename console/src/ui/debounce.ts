import { useEffect, useState } from 'react'

/** The value once it has stood still for `wait_ms`. */
export function useDebounced<T>(value: T, waitMs: number): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), waitMs)
    return () => clearTimeout(timer)
  }, [value, waitMs])
  return still
}
