import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { useDebounced } from './debounce'

/** Types at once, asks when the typing rests. */
export function Search({
  label,
  className = '',
  value,
  change,
}: {
  label: string
  className?: string
  value: string
  change: (words: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const still = useDebounced(typed.trim(), 300)
  useEffect(() => {
    if (still !== value) change(still)
    // Only what was typed asks; a filter that is set beside it does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [still])
  return (
    <Input.Search
      allowClear
      className={`filter-q ${className}`}
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
